//! How a run ended, from all that is known of it.

use crate::report::{Exit, FailureCode, Outcome, Timeout};
use crate::session::End;
use crate::settings::OutputFormat;

/// What the agent itself said of its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) ok: bool,
    pub(crate) message: Option<String>,
}

/// What is known of a run that ended.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) end: End,
    pub(crate) exit: Option<Exit>,
    pub(crate) format: OutputFormat,
    /// What the agent said of its end.
    pub(crate) verdict: Option<Verdict>,
    /// The last error that it told of, or the last line of its standard error, fit to be shown.
    pub(crate) hint: Option<&'a str>,
}

/// The outcome of a run.
///
/// What the agent says of its end counts as the end, also if its process has to be ended afterwards. A process that
/// ends by itself with another exit code than 0 has failed, whatever it said: agents tell some failures so alone.
pub(crate) fn outcome(evidence: Evidence<'_>) -> Outcome {
    let Evidence {
        end,
        exit,
        format,
        verdict,
        hint,
    } = evidence;
    match (end, verdict) {
        (End::Cancelled, _) => Outcome::Cancelled,
        (End::TooMuchOutput(limit), _) => failed(
            FailureCode::TooMuchOutput,
            format!(
                "the agent wrote more than {limit} bytes and was ended (`limits.output-bytes` in [agent])"
            ),
        ),
        (End::Unreadable(error), _) => failed(
            FailureCode::Runner,
            format!("what the agent wrote could not be read, so it was ended: {error}"),
        ),
        (End::TimedOut(timeout), None) => Outcome::TimedOut(timeout),
        (End::Exited, None) => without_verdict(exit, format, hint),
        (End::Stayed, None) => failed(FailureCode::NoResult, no_result(hint)),
        (_, Some(Verdict { ok: false, message })) => reported(exit, format, message, hint),
        (End::Exited, Some(verdict)) => match exit {
            Some(Exit::Code(0)) => Outcome::Succeeded {
                message: verdict.message,
            },
            _ => without_verdict(exit, format, hint),
        },
        (_, Some(verdict)) => Outcome::Succeeded {
            message: verdict.message,
        },
    }
}

/// The process ended, and the exit code alone counts.
fn without_verdict(exit: Option<Exit>, format: OutputFormat, hint: Option<&str>) -> Outcome {
    let hint_text = hint.map(|hint| format!(": {hint}")).unwrap_or_default();
    match exit {
        Some(Exit::Code(0)) if format == OutputFormat::Lines => {
            Outcome::Succeeded { message: None }
        }
        Some(Exit::Code(0)) => failed(FailureCode::NoResult, no_result(hint)),
        Some(Exit::Code(code)) => failed(
            FailureCode::ExitCode,
            format!(
                "the agent failed with exit code {code}{}{hint_text}",
                meaning(format, code)
            ),
        ),
        Some(Exit::Signal(signal)) => failed(
            FailureCode::Signal,
            format!("the agent was ended by signal {signal}, which Quarry did not send{hint_text}"),
        ),
        None => failed(
            FailureCode::Runner,
            "how the agent ended could not be found out".to_owned(),
        ),
    }
}

/// The agent said that it failed.
fn reported(
    exit: Option<Exit>,
    format: OutputFormat,
    message: Option<String>,
    hint: Option<&str>,
) -> Outcome {
    let message = message.as_deref().or(hint).unwrap_or("it does not say why");
    let meaning = match exit {
        Some(Exit::Code(code)) => meaning(format, code),
        _ => String::new(),
    };
    failed(
        FailureCode::Reported,
        format!("the agent failed{meaning}: {message}"),
    )
}

fn no_result(hint: Option<&str>) -> String {
    let hint = hint
        .map(|hint| format!("; the last it said is: {hint}"))
        .unwrap_or_default();
    format!(
        "the agent ended without saying that it had finished; is `output` in [agent] the format that it writes?{hint}"
    )
}

/// What the clients' documentation says of their exit codes, where it says something.
fn meaning(format: OutputFormat, code: i32) -> String {
    let meaning = match (format, code) {
        (OutputFormat::GeminiStreamJson, 41) => {
            "it could not log in: is GEMINI_API_KEY in `environment`?"
        }
        (OutputFormat::GeminiStreamJson, 42) => "its input or arguments are wrong",
        (OutputFormat::GeminiStreamJson, 44) => "its own sandbox does not work",
        (OutputFormat::GeminiStreamJson, 52) => "its settings are wrong",
        (OutputFormat::GeminiStreamJson, 53) => "it reached its limit of turns",
        (OutputFormat::GeminiStreamJson, 54) => "a tool failed",
        (OutputFormat::GeminiStreamJson, 55) => {
            "it does not trust the workspace: is --skip-trust there?"
        }
        (OutputFormat::GeminiStreamJson, 130) => "it was cancelled",
        _ => return String::new(),
    };
    format!(" ({meaning})")
}

fn failed(code: FailureCode, message: String) -> Outcome {
    Outcome::Failed { code, message }
}

/// Which deadline passed.
impl From<Timeout> for End {
    fn from(timeout: Timeout) -> Self {
        Self::TimedOut(timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn judge(end: End, exit: Option<Exit>, ok: Option<bool>) -> &'static str {
        let verdict = ok.map(|ok| Verdict { ok, message: None });
        let format = OutputFormat::GeminiStreamJson;
        outcome(Evidence {
            end,
            exit,
            format,
            verdict,
            hint: None,
        })
        .code()
    }

    #[test]
    fn a_result_is_the_end_also_of_a_process_that_stays() {
        assert_eq!(
            judge(End::Stayed, Some(Exit::Signal(15)), Some(true)),
            "succeeded"
        );
        assert_eq!(
            judge(End::Stayed, Some(Exit::Signal(15)), Some(false)),
            "reported"
        );
        let total = Timeout::Total(Duration::from_secs(1));
        assert_eq!(
            judge(total.into(), Some(Exit::Signal(9)), Some(true)),
            "succeeded"
        );
        assert_eq!(
            judge(total.into(), Some(Exit::Signal(9)), None),
            "timed-out-total"
        );
    }

    #[test]
    fn an_exit_code_other_than_0_is_a_failure_whatever_the_agent_said() {
        assert_eq!(
            judge(End::Exited, Some(Exit::Code(144)), Some(true)),
            "exit-code"
        );
        assert_eq!(judge(End::Exited, Some(Exit::Code(144)), None), "exit-code");
        assert_eq!(
            judge(End::Exited, Some(Exit::Signal(11)), Some(true)),
            "signal"
        );
        assert_eq!(
            judge(End::Exited, Some(Exit::Code(0)), Some(true)),
            "succeeded"
        );
        assert_eq!(
            judge(End::Exited, Some(Exit::Code(0)), Some(false)),
            "reported"
        );
        assert_eq!(judge(End::Exited, Some(Exit::Code(0)), None), "no-result");
    }

    #[test]
    fn lines_succeed_by_their_exit_code() {
        let evidence = |code| Evidence {
            end: End::Exited,
            exit: Some(Exit::Code(code)),
            format: OutputFormat::Lines,
            verdict: None,
            hint: Some("no such model"),
        };
        assert!(outcome(evidence(0)).succeeded());
        assert_eq!(
            outcome(evidence(2)).message(),
            "the agent failed with exit code 2: no such model"
        );
    }

    #[test]
    fn exit_codes_that_have_a_meaning_are_explained() {
        let evidence = Evidence {
            end: End::Exited,
            exit: Some(Exit::Code(53)),
            format: OutputFormat::GeminiStreamJson,
            verdict: Some(Verdict {
                ok: false,
                message: None,
            }),
            hint: None,
        };
        let message = outcome(evidence).message();
        assert_eq!(
            message,
            "the agent failed (it reached its limit of turns): it does not say why"
        );
    }
}
