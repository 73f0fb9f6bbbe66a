//! For programs.

use super::Rendered;
use crate::facts::{Json, write_json};
use quarry_redaction::{Confidence, Finding};
use quarry_sandbox::Section;
use serde::Serialize;
use serde_json::{Value, json};

/// All facts and the sections' figures.
#[derive(Serialize)]
struct Document<'r> {
    revision: &'r str,
    tokens: u32,
    budget: u32,
    tokenizer: &'r str,
    sections: Vec<Value>,
    findings: Vec<Value>,
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

/// The figures of sections.
pub(crate) fn sections(sections: &[Section]) -> Vec<Value> {
    let section = |section: &Section| {
        let details = section.details.iter().map(
            |detail| json!({ "name": detail.name, "shown": detail.shown, "total": detail.total }),
        );
        json!({
            "id": section.id,
            "title": section.title,
            "tokens": section.tokens,
            "bytes": section.bytes,
            "shown": section.shown,
            "total": section.total,
            "details": details.collect::<Vec<_>>(),
        })
    };
    sections.iter().map(section).collect()
}

/// What was found, without any value.
pub(crate) fn findings(findings: &[Finding]) -> Vec<Value> {
    let finding = |finding: &Finding| {
        json!({
            "rule": finding.rule,
            "kind": finding.kind,
            "confidence": match finding.confidence {
                Confidence::High => "high",
                Confidence::Medium => "medium",
            },
            "file": finding.path,
            "line": finding.line,
            "column": finding.column,
            "placeholder": finding.placeholder,
            "fingerprint": finding.fingerprint,
            "allowed": finding.allowed,
        })
    };
    findings.iter().map(finding).collect()
}
