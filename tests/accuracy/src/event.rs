//! The events of a file that declare, and the code under them.

use quarry_windev::code_items::{
    BROWSER_PROCEDURE_SET_DECLARATION, CLASS_DECLARATION, PAGE_BROWSER_LOAD, PAGE_DECLARATION,
    PROCEDURE_SET_DECLARATION, PROJECT_INITIALIZATION, REPORT_OPENING, WINDOW_DECLARATION,
    code_items,
};
use quarry_windev::position::Code;
use quarry_windev::text::{Format, detect, parse};

/// The number of the event that a context of the labels names.
pub fn event(context: &str) -> Option<u32> {
    Some(match context {
        "project" | "project-init" => PROJECT_INITIALIZATION,
        "procedure-set" => PROCEDURE_SET_DECLARATION,
        "browser-set" => BROWSER_PROCEDURE_SET_DECLARATION,
        "class" => CLASS_DECLARATION,
        "window" | "window-template" => WINDOW_DECLARATION,
        "page-server" => PAGE_DECLARATION,
        "page-browser" => PAGE_BROWSER_LOAD,
        "report" => REPORT_OPENING,
        _ => return None,
    })
}

/// The contexts in one word each: the labels have two for some.
pub fn context_name(context: &str) -> &str {
    match context {
        "project-init" => "project",
        "window-template" => "window",
        other => other,
    }
}

/// The code of an event of the file's element itself, templates left out.
#[derive(Debug, Clone)]
pub struct EventCode {
    /// The code.
    pub code: Code,
    /// The file's line of the block's first line.
    first: u32,
    /// How many lines the block has.
    lines: u32,
}

impl EventCode {
    /// Finds the code of an event.
    pub fn read(bytes: &[u8], event: u32) -> Option<Self> {
        if detect(bytes) != Format::Text {
            return None;
        }
        let document = parse(bytes);
        let item = code_items(&document).into_iter().find(|item| {
            let is_own = item.event == event && !item.from_template;
            is_own && item.is_wlanguage() && !item.code.is_blank()
        })?;
        let lines = item.code.text().lines().count();
        Some(EventCode {
            first: item.code.span(0..0).line,
            lines: u32::try_from(lines).unwrap_or(u32::MAX),
            code: item.code,
        })
    }

    /// The file's line of a line of the block, both from 1.
    pub fn file_line(&self, block_line: u32) -> u32 {
        self.first.saturating_add(block_line).saturating_sub(1)
    }

    /// Whether a line of the file is one of the block's.
    pub fn holds(&self, file_line: u32) -> bool {
        (self.first..self.first.saturating_add(self.lines)).contains(&file_line)
    }
}
