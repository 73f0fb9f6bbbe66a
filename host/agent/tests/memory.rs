//! An endless line does not take memory. In a process of its own, whose peak it looks at.

mod support;

use quarry_agent::{AgentRunner, Job};
use support::{run, settings, warnings};

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1_024
}

#[tokio::test]
async fn a_line_of_a_gigabyte_takes_no_more_memory_than_a_line_may() {
    let workspace = tempfile::tempdir().unwrap();
    let mut settings = settings(&["flood", "1073741824"]);
    settings.limits.output_bytes = 2 << 30;
    let runner = AgentRunner::new(settings).unwrap();
    let before = peak();
    let (report, events) = run(&runner, &Job::new(workspace.path())).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    assert_eq!(report.output_bytes, (1 << 30) + 1);
    assert_eq!(warnings(&events).len(), 1);
    let grown = peak() - before;
    assert!(grown < 40 << 20, "{grown} bytes");
}
