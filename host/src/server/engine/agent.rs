//! The last step: the agent of the operator's choice works in the workspace.

use super::failure::Failure;
use super::message::{Message, Sort};
use super::run::Work;
use quarry_agent::{AgentEvent, AgentRunner, Job, Report};
use serde_json::{Value, json};
use std::path::Path;
use tokio::sync::mpsc;

/// Events of an agent that wait to be written. The agent waits then.
const WAITING: usize = 64;

/// The name of this step.
pub(super) const STAGE: &str = "agent";

/// Runs the agent up to its end, and tells what it says. What was measured comes back however it ended.
pub(super) async fn run(
    work: &Work<'_>,
    runner: &AgentRunner,
    workspace: &Path,
) -> (Value, Result<(), Failure>) {
    let (sender, mut events) = mpsc::channel(WAITING);
    let started = Message::new(Sort::Progress, "stage", "the agent works").with("stage", STAGE);
    work.say_in(started, STAGE).await;
    let job = Job::new(workspace);
    let running = runner.run(&job, sender, work.stop.token().clone());
    let telling = async {
        while let Some(event) = events.recv().await {
            work.say(output(&event)).await;
        }
    };
    let (report, ()) = tokio::join!(running, telling);
    let result = match report.outcome.succeeded() {
        true => Ok(()),
        false => Err(Failure::Agent {
            code: report.outcome.code(),
            message: report.outcome.message(),
        }),
    };
    (figures(&report), result)
}

fn output(event: &AgentEvent) -> Message {
    let message = Message::new(Sort::Output, "agent", &text(event));
    message.with("stage", STAGE).with("event", event)
}

/// What a client shows that knows nothing of agents.
fn text(event: &AgentEvent) -> String {
    match event {
        AgentEvent::Started { model, .. } => match model {
            Some(model) => format!("the agent has begun, with the model {model}"),
            None => "the agent has begun".to_owned(),
        },
        AgentEvent::Text { text, .. } => text.clone(),
        AgentEvent::ToolCall { name, input, .. } => format!("{name} {input}"),
        AgentEvent::ToolResult { output, .. } => output.clone(),
        AgentEvent::FileChange { path, .. } => format!("the agent says that it changed {path}"),
        AgentEvent::Warning { message, .. } => message.clone(),
        AgentEvent::Finished { message, .. } => match message {
            Some(message) => message.clone(),
            None => "the agent says that it is done".to_owned(),
        },
        AgentEvent::Raw { line, .. } => line.clone(),
        AgentEvent::Usage(usage) => format!(
            "{} tokens of input, {} of output",
            usage.input_tokens, usage.output_tokens
        ),
        _ => "the agent said something that has no words here".to_owned(),
    }
}

fn figures(report: &Report) -> Value {
    json!({
        "outcome": report.outcome.code(),
        "exit": report.exit,
        "duration_ms": u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX),
        "output_bytes": report.output_bytes,
        "error_bytes": report.error_bytes,
        "error_output": report.error_output,
        "events": report.events,
        "events_left_out": report.events_left_out,
        "session": report.session,
        "usage": report.usage,
        "cost": report.cost,
    })
}
