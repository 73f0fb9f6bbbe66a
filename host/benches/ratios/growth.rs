//! How time grows with a project.

use crate::measure::{Clock, Times, in_turn};
use crate::subjects::{Bench, generated};
use crate::table::Table;
use quarry::catalog::stack;
use quarry::initialize::{BUDGET, Request, initialize, silent};
use std::hint::black_box;
use std::path::Path;
use tempfile::TempDir;

const FACTORS: [usize; 3] = [1, 10, 100];

/// Prints time ratio / size ratio of projects of 1, 10 and 100 times the size.
pub fn run(bench: &Bench, table: &mut Table) {
    println!("growth:");
    let trees = FACTORS.map(generated);
    let [one, ten, hundred] = trees.each_ref().map(|tree| bench.subjects(tree.path()));
    for ((one, ten), hundred) in one.iter().zip(&ten).zip(&hundred) {
        let [one_side, ten_side, hundred_side] = [one, ten, hundred].map(|subject| {
            || {
                black_box(subject.sandboxed().result.unwrap());
            }
        });
        let times = in_turn(
            Clock::Thread,
            &mut [&mut { one_side }, &mut { ten_side }, &mut { hundred_side }],
        );
        let sizes = [one, ten, hundred].map(|subject| subject.opened_bytes() as f64);
        print(&times, sizes, &one.named.name, table);
    }

    let workspaces = FACTORS.map(|_| TempDir::new().unwrap());
    let job = |index: usize| {
        let (tree, workspace) = (trees[index].path(), workspaces[index].path());
        whole_job(bench, tree, workspace, FACTORS[index] as u32);
    };
    let times = in_turn(
        Clock::Wall,
        &mut [&mut || job(0), &mut || job(1), &mut || job(2)],
    );
    print(
        &times,
        FACTORS.map(|factor| factor as f64),
        "initialize",
        table,
    );
}

/// The budget grows with the project: the names of the largest one's tables alone are more than the usual one.
fn whole_job(bench: &Bench, source: &Path, workspace: &Path, factor: u32) {
    let mut request = Request::new(source, workspace, stack("fastapi-htmx").unwrap());
    request.budget = BUDGET * factor;
    black_box(initialize(&request, &bench.components, &bench.options, &silent()).unwrap());
}

fn print(times: &Times, sizes: [f64; 3], what: &str, table: &mut Table) {
    for (above, below) in [(1, 0), (2, 1)] {
        let ratio = times.ratio(above, below).per(sizes[above] / sizes[below]);
        let note = format!(
            "{:.2} → {:.2} ms",
            times.median(below) * 1e3,
            times.median(above) * 1e3
        );
        let what = format!("growth {what} {}x → {}x", FACTORS[below], FACTORS[above]);
        table.ratio(what, ratio, 1.3, 1.3, note);
    }
}
