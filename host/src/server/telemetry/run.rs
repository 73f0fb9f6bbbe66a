//! What is measured of a run while it runs.

use super::Metrics;
use crate::initialize::{Event, Events, Stage};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Measures the stages and the calls of components of which the main job tells, and passes on what it tells.
pub(in crate::server) fn measured(metrics: Arc<Metrics>, events: Events) -> Events {
    let stages = Stages {
        metrics,
        current: Mutex::new(None),
    };
    Arc::new(move |event| {
        match &event {
            Event::Stage(stage) => stages.enter(*stage),
            Event::Called(called) => stages.metrics.called(called),
            _ => {}
        }
        events(event);
    })
}

/// The stage that a run is in. The last one ends when nobody tells anything any more.
struct Stages {
    metrics: Arc<Metrics>,
    current: Mutex<Option<(Stage, Instant)>>,
}

impl Stages {
    fn enter(&self, stage: Stage) {
        self.turn(Some((stage, Instant::now())));
    }

    fn turn(&self, next: Option<(Stage, Instant)>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((stage, since)) = current.take() {
            self.metrics.stage_ended(stage.word(), since.elapsed());
        }
        *current = next;
    }
}

impl Drop for Stages {
    fn drop(&mut self) {
        self.turn(None);
    }
}
