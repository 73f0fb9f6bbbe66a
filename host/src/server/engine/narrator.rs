//! Turns what the main job tells into messages of the run.

use super::message::{Message, Sort};
use super::stop::Stop;
use super::writer::Writer;
use crate::initialize::{Event, Stage};
use crate::server::figures::{StageFigures, word};
use quarry_store::{Append, KnowledgeBaseId, Lease, Name};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often an extractor's progress is told: nobody reads more, and each message is stored.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// The kinds of facts whose numbers are told in messages of their own, with the word for one and for several.
const TOLD: [(&str, &str, &str, &str); 3] = [
    ("tables", "tables-found", "table", "tables"),
    (
        "connections",
        "connections-found",
        "connection",
        "connections",
    ),
    (
        "global_variables",
        "global-variables-found",
        "global variable",
        "global variables",
    ),
];

/// Is told from several threads, which may block.
pub(super) struct Narrator {
    pub(super) writer: Writer,
    pub(super) lease: Lease,
    pub(super) stop: Stop,
    pub(super) knowledge_base: KnowledgeBaseId,
    pub(super) state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    stage: Option<Stage>,
    /// The stages so far, and when each began.
    began: Vec<(Stage, Instant)>,
    /// By extractor: its inputs, and when it began or its progress was last told.
    extractors: HashMap<String, (usize, Instant)>,
}

impl Narrator {
    /// Tells what happened, in its order: whoever tells something else waits.
    pub(super) fn tell(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entered = None;
        if let Event::Stage(stage) = &event {
            state.stage = Some(*stage);
            state.began.push((*stage, Instant::now()));
            entered = stage.word().parse::<Name>().ok();
        }
        let stage = state.stage;
        let messages = self.messages(&event, &mut state);
        if messages.is_empty() {
            return;
        }
        let with_stage = |message: Message| match stage {
            Some(stage) => message.with("stage", stage.word()),
            None => message,
        };
        let events = messages.into_iter().map(with_stage);
        let append = Append {
            stage: entered,
            ..Append::events(
                self.lease.clone(),
                events.map(|message| message.json()).collect(),
            )
        };
        match event {
            // Told from inside of a component's call, where no thread may wait.
            Event::Opened { .. } => self.writer.offer(append, &self.stop),
            _ => self.writer.append_blocking(append, &self.stop),
        }
    }

    /// How long each stage took, if the last of them ends now.
    pub(super) fn stages(&self) -> Vec<StageFigures> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = state.began.iter().skip(1).map(|(_, began)| *began);
        let stages = state.began.iter().zip(ends.chain([Instant::now()]));
        let stages = stages.map(|((stage, began), end)| StageFigures {
            name: word(*stage),
            seconds: (end - *began).as_secs_f64(),
        });
        stages.collect()
    }

    fn messages(&self, event: &Event, state: &mut State) -> Vec<Message> {
        match event {
            Event::Stage(stage) => vec![Message::new(Sort::Progress, "stage", sentence(*stage))],
            Event::Started { extractor, inputs } => {
                let begun = (*inputs, Instant::now());
                state.extractors.insert(extractor.clone(), begun);
                let text = format!("the extractor {extractor} reads {inputs} files");
                let message = Message::new(Sort::Info, "extractor-started", &text);
                let message = message.with("extractor", extractor).with("inputs", inputs);
                vec![message.with("kb_id", self.knowledge_base.as_str())]
            }
            Event::Opened { extractor, opened } => {
                progress(state, extractor, *opened).into_iter().collect()
            }
            Event::Retried {
                extractor,
                input,
                reason,
            } => {
                let text =
                    format!("the extractor {extractor} runs again without {input}: {reason}");
                let message = Message::new(Sort::Warning, "extractor-retried", &text);
                vec![message.with("extractor", extractor).with("input", input)]
            }
            Event::Finished { extractor, facts } => {
                let text = format!("the extractor {extractor} has ended");
                let message = Message::new(Sort::Info, "extractor-finished", &text);
                let message = message.with("extractor", extractor);
                vec![message.with("facts", object(facts))]
            }
            Event::Called(_) => Vec::new(),
            Event::Extracted { facts } => TOLD
                .iter()
                .map(|(kind, code, one, several)| {
                    let counts = facts.iter().find(|(found, _)| found == kind);
                    let count = counts.map_or(0, |(_, count)| *count);
                    let noun = if count == 1 { one } else { several };
                    let text = format!("{count} {noun} found");
                    Message::new(Sort::Info, code, &text).with("count", count)
                })
                .collect(),
        }
    }
}

fn progress(state: &mut State, extractor: &str, opened: usize) -> Option<Message> {
    let (inputs, told) = state.extractors.get_mut(extractor)?;
    let is_last = opened == *inputs;
    if !is_last && told.elapsed() < PROGRESS_EVERY {
        return None;
    }
    *told = Instant::now();
    let text = format!("{extractor}: {opened} of {inputs} files opened");
    let message = Message::new(Sort::Progress, "inputs-opened", &text);
    let message = message.with("extractor", extractor).with("opened", opened);
    Some(message.with("inputs", *inputs))
}

fn object(counts: &[(&'static str, usize)]) -> Map<String, Value> {
    let counts = counts.iter();
    counts
        .map(|(kind, count)| ((*kind).to_owned(), (*count).into()))
        .collect()
}

fn sentence(stage: Stage) -> &'static str {
    match stage {
        Stage::Walk => "the source tree is listed",
        Stage::Extract => "the extractors run",
        Stage::Build => "CONTEXT.md is built",
        Stage::Publish => "CONTEXT.md is published",
    }
}
