//! Where questions can be asked.

use crate::Source;
use crate::budget::{About, Section, Shown};
use crate::markdown::{Document, Inline};

const ABOUT: About = About {
    id: "mcp-server-integration",
    title: "MCP Server Integration",
    weight: 1,
};

/// The section.
pub(crate) struct Mcp<'i> {
    source: &'i Source<'i>,
}

impl<'i> Mcp<'i> {
    pub(crate) fn new(source: &'i Source<'i>) -> Self {
        Mcp { source }
    }
}

impl Section for Mcp<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn write(&self, _: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        document.paragraph(match &self.source.input.mcp_url {
            Some(url) => Inline::ours("The MCP server `quarry` answers questions about this project, at ")
                .name(url)
                .and(". Its token is in the environment variable `QUARRY_TOKEN`."),
            None => Inline::ours(
                "There is no MCP server for this project: what is not in this document is in the files under `context/`.",
            ),
        });
        Shown::default()
    }
}
