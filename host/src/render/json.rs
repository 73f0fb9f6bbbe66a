//! For programs.

use super::Rendered;
use crate::facts::{Json, write_json};
use quarry_redaction::{Confidence, Finding};
use quarry_sandbox::Section;
use serde::Serialize;
use utoipa::ToSchema;

/// All facts and the sections' figures.
#[derive(Serialize)]
struct Document<'r> {
    revision: &'r str,
    tokens: u32,
    budget: u32,
    tokenizer: &'r str,
    sections: Vec<SectionFigures>,
    findings: Vec<FindingFigures>,
    facts: Json<'r, quarry_sandbox::Extraction>,
}

pub(super) fn render(rendered: &Rendered<'_>) -> String {
    let document = Document {
        revision: rendered.revision,
        tokens: rendered.tokens,
        budget: rendered.budget,
        tokenizer: rendered.tokenizer,
        sections: sections(rendered.sections),
        findings: findings(rendered.findings),
        facts: Json(rendered.extraction),
    };
    let mut text = Vec::new();
    // Writing to memory does not fail, and JSON is UTF-8.
    let _ = write_json(&mut text, &document);
    String::from_utf8(text).unwrap_or_default()
}

/// What a section shows of what there is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SectionFigures {
    id: String,
    title: String,
    /// Its length.
    tokens: u32,
    bytes: u64,
    /// How many facts it shows, of how many.
    shown: u32,
    total: u32,
    details: Vec<DetailFigures>,
}

/// What a section shows of one kind of facts.
#[derive(Debug, Serialize, ToSchema)]
struct DetailFigures {
    /// What is counted.
    name: String,
    shown: u32,
    total: u32,
}

/// A secret that was found, without any value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingFigures {
    rule: &'static str,
    kind: &'static str,
    /// `high` or `medium`.
    confidence: &'static str,
    file: String,
    line: u32,
    column: u32,
    /// What stands in its place.
    placeholder: String,
    /// What it can be allowed with.
    fingerprint: String,
    /// Whether it was declared to be no secret.
    allowed: bool,
}

/// The figures of sections.
pub(crate) fn sections(sections: &[Section]) -> Vec<SectionFigures> {
    let section = |section: &Section| SectionFigures {
        id: section.id.clone(),
        title: section.title.clone(),
        tokens: section.tokens,
        bytes: section.bytes,
        shown: section.shown,
        total: section.total,
        details: section
            .details
            .iter()
            .map(|detail| DetailFigures {
                name: detail.name.clone(),
                shown: detail.shown,
                total: detail.total,
            })
            .collect(),
    };
    sections.iter().map(section).collect()
}

/// What was found, without any value.
pub(crate) fn findings(findings: &[Finding]) -> Vec<FindingFigures> {
    let finding = |finding: &Finding| FindingFigures {
        rule: finding.rule,
        kind: finding.kind,
        confidence: match finding.confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
        },
        file: finding.path.clone(),
        line: finding.line,
        column: finding.column,
        placeholder: finding.placeholder.clone(),
        fingerprint: finding.fingerprint.clone(),
        allowed: finding.allowed,
    };
    findings.iter().map(finding).collect()
}
