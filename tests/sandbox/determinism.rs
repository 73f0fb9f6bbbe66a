//! The same inputs give the same result, whatever the machine does meanwhile.

use crate::support::{Tree, extractor, found, hostile};
use quarry_sandbox::{CallOptions, Sandbox, SandboxOptions};
use serde_json::json;
use std::fs;
use std::thread;
use std::time::{Duration, SystemTime};

#[test]
fn the_same_inputs_give_the_same_result() {
    for behaviour in ["surroundings", "stat", "normal"] {
        let behaviour = json!({"behaviour": behaviour});
        let (one, other) = (Tree::new(&["a", "b/c"]), Tree::new(&["a", "b/c"]));
        let first = one.call(behaviour.clone());
        let second = other.call(behaviour);
        assert_eq!(first.result.unwrap(), second.result.unwrap());
        assert_eq!(first.usage.access, second.usage.access);
        assert_eq!(first.usage.peak_memory, second.usage.peak_memory);
    }
}

#[test]
fn another_sandbox_gives_the_same_result() {
    let sandbox = Sandbox::new(SandboxOptions {
        slots: 1,
        ..SandboxOptions::default()
    })
    .unwrap();
    let tree = Tree::new(&["a"]);
    let behaviour = json!({"behaviour": "surroundings"});
    let other = sandbox.extractor(hostile()).unwrap().extract(
        &tree.source(),
        Some(&behaviour.to_string()),
        &CallOptions::default(),
    );
    assert_eq!(found(&tree.call(behaviour)), found(&other));
}

#[test]
fn random_numbers_follow_from_the_inputs_and_the_options() {
    let random = |tree: Tree, more: u32| {
        let outcome = tree.call(json!({"behaviour": "surroundings", "more": more}));
        let found = found(&outcome);
        found.split_once("\nrandom: ").unwrap().1.to_owned()
    };
    let first = random(Tree::new(&["a"]), 0);
    assert_eq!(random(Tree::new(&["a"]), 0), first);
    assert_ne!(random(Tree::new(&["a", "b"]), 0), first);
    assert_ne!(random(Tree::new(&["a"]), 1), first);
    let numbers: Vec<&str> = first.trim_matches(['[', ']']).split(", ").collect();
    assert_eq!(numbers.len(), 4);
    assert_ne!(numbers[0], numbers[1]);
}

#[test]
fn no_call_tells_when_a_file_was_changed_or_where_it_lies() {
    let tree = Tree::new(&["a", "b/c"]);
    let before = found(&tree.call(json!({"behaviour": "stat"})));
    // Another file with the same contents: another inode, another time, another link count, other permissions.
    fs::rename(tree.path("a"), tree.path("old")).unwrap();
    tree.write("a", "a");
    fs::hard_link(tree.path("a"), tree.path("link")).unwrap();
    let file = fs::File::options()
        .write(true)
        .open(tree.path("a"))
        .unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1))
        .unwrap();
    let mut permissions = file.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions).unwrap();
    assert_eq!(found(&tree.call(json!({"behaviour": "stat"}))), before);
    assert!(before.contains("timestamp: None"), "{before}");
    assert!(!before.contains("timestamp: Some"), "{before}");
}

#[test]
fn calls_at_once_do_not_see_each_other() {
    let (small, large) = (Tree::new(&["a"]), Tree::new(&["a", "b", "c/d"]));
    let expected = |tree: &Tree| found(&tree.call(json!({"behaviour": "normal"})));
    let expected = [expected(&small), expected(&large)];
    thread::scope(|scope| {
        for (tree, expected) in [&small, &large].into_iter().zip(&expected) {
            scope.spawn(move || {
                let options = json!({"behaviour": "normal"}).to_string();
                for _ in 0..500 {
                    let call = CallOptions::default();
                    let outcome = extractor().extract(&tree.source(), Some(&options), &call);
                    assert_eq!(&found(&outcome), expected);
                    assert_eq!(outcome.usage.access.opened.len(), expected.lines().count());
                }
            });
        }
    });
}
