//! What a run does, as spans of its trace. Nobody who does not ask for a trace pays for it.

use super::{Called, Event, Events, Stage};
use quarry_sandbox::Outcome;
use tracing::field::Empty;
use tracing::span::EnteredSpan;
use tracing::{Span, info_span};

/// The stages of a run, each of which ends when the next one begins.
pub(super) struct Stages<'e> {
    events: &'e Events,
    run: Span,
    entered: Option<EnteredSpan>,
}

impl<'e> Stages<'e> {
    /// The stages of the run whose span is the current one.
    pub(super) fn new(events: &'e Events) -> Self {
        Self {
            events,
            run: Span::current(),
            entered: None,
        }
    }

    /// Begins a stage, and tells so.
    pub(super) fn enter(&mut self, stage: Stage) {
        self.entered = None;
        let span = info_span!(parent: &self.run, "stage", stage = stage.word());
        self.entered = Some(span.entered());
        (self.events)(Event::Stage(stage));
    }
}

/// Makes a call of a component in a span of its own, and tells how it ended.
pub(super) fn observed<T>(
    component: &str,
    function: &'static str,
    events: &Events,
    call: impl FnOnce() -> Outcome<T>,
) -> Outcome<T> {
    let span = info_span!(
        "component-call",
        component,
        function,
        outcome = Empty,
        peak_memory = Empty
    );
    let outcome = span.in_scope(call);
    let ended = match &outcome.result {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    span.record("outcome", ended);
    span.record("peak_memory", outcome.usage.peak_memory);
    events(Event::Called(Called {
        component: component.to_owned(),
        function,
        outcome: ended,
        elapsed: outcome.usage.elapsed,
        peak_memory: outcome.usage.peak_memory,
    }));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use quarry_sandbox::{CallError, Usage};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    #[test]
    fn a_call_that_a_limit_ended_is_told_with_the_word_for_the_limit() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let keep = told.clone();
        let events: Events = Arc::new(move |event| keep.lock().unwrap().push(event));
        let usage = Usage {
            peak_memory: 7,
            elapsed: Duration::from_secs(30),
            ..Usage::default()
        };
        let outcome = observed("schema", "extract", &events, || Outcome::<()> {
            result: Err(CallError::Deadline(Duration::from_secs(30))),
            usage,
        });
        assert!(outcome.result.is_err());
        let expected = Event::Called(Called {
            component: "schema".to_owned(),
            function: "extract",
            outcome: "deadline",
            elapsed: Duration::from_secs(30),
            peak_memory: 7,
        });
        assert_eq!(*told.lock().unwrap(), [expected]);
    }
}
