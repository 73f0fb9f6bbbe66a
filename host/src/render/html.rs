//! For a person: how the budget was spent, what was found, and the document, in one file that loads nothing.

use super::Rendered;
use askama::Template;
use pulldown_cmark::{Event, Options, Parser, html};
use quarry_redaction::Finding;
use quarry_sandbox::Section;

#[derive(Template)]
#[template(path = "context.html")]
struct Page<'r> {
    revision: &'r str,
    tokenizer: &'r str,
    budget: u32,
    tokens: u32,
    sections: Vec<Bar<'r>>,
    findings: &'r [Finding],
    document: String,
}

/// A section, and how long the bar beside it is, in percent of the largest.
struct Bar<'r> {
    section: &'r Section,
    percent: u32,
}

pub(super) fn render(rendered: &Rendered<'_>) -> String {
    let sections = rendered.sections;
    let most = sections
        .iter()
        .map(|section| section.tokens)
        .max()
        .unwrap_or(0);
    let bars = sections.iter().map(|section| Bar {
        section,
        percent: section.tokens * 100 / most.max(1),
    });
    let page = Page {
        revision: rendered.revision,
        tokenizer: rendered.tokenizer,
        budget: rendered.budget,
        tokens: rendered.tokens,
        sections: bars.collect(),
        findings: rendered.findings,
        document: markdown(rendered.document),
    };
    // Writing to memory does not fail.
    page.render().unwrap_or_default()
}

/// The document as HTML. It holds none of its own; if it did, that would be text.
fn markdown(document: &str) -> String {
    let events = Parser::new_ext(document, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        other => other,
    });
    let mut page = String::with_capacity(document.len() * 2);
    html::push_html(&mut page, events);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_document_is_text() {
        let page = markdown("a <script>x</script>\n\n<div onclick=y>\n\n`<b>`\n");
        for markup in ["<script", "<div", "<b>"] {
            assert!(!page.contains(markup), "{page}");
        }
        assert!(page.contains("&lt;script&gt;"));
    }
}
