//! The scores as text.

use crate::tally::{Scores, Tally};
use std::fmt::{self, Display, Formatter};

/// Shows the scores: a table, then every miss and every false find.
#[derive(Debug)]
pub struct Report<'s>(pub &'s Scores);

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let scores = self.0;
        let width = scores.kinds.keys().map(String::len).max().unwrap_or(4);
        writeln!(
            f,
            "{:width$}  labelled  found  right   recall  precision",
            "kind"
        )?;
        for (name, tally) in &scores.kinds {
            writeln!(
                f,
                "{name:width$}  {:8}  {:5}  {:5}  {:>7}  {:>9}",
                tally.labelled,
                tally.found,
                tally.right,
                percent(tally.recall()),
                percent(tally.precision())
            )?;
        }
        for (name, tally) in &scores.kinds {
            list(f, name, tally)?;
        }
        section(f, "not in the corpus, not scored", &scores.absent)?;
        section(f, "listed by no project, scored alone", &scores.alone)?;
        section(
            f,
            "scored with another project than the selected one",
            &scores.elsewhere,
        )
    }
}

fn percent(ratio: Option<f64>) -> String {
    match ratio {
        // Rounded down: what is not perfect is not to look so.
        Some(ratio) => format!("{:.1} %", (ratio * 1000.0).floor() / 10.0),
        None => "-".to_owned(),
    }
}

fn list(f: &mut Formatter<'_>, name: &str, tally: &Tally) -> fmt::Result {
    section(f, &format!("{name}: missed"), &tally.missed)?;
    section(f, &format!("{name}: wrong"), &tally.wrong)
}

fn section<'l>(
    f: &mut Formatter<'_>,
    title: &str,
    lines: impl IntoIterator<Item = &'l String, IntoIter: ExactSizeIterator>,
) -> fmt::Result {
    let lines = lines.into_iter();
    if lines.len() == 0 {
        return Ok(());
    }
    writeln!(f, "\n{title} ({}):", lines.len())?;
    for line in lines {
        writeln!(f, "  {line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_shows_figures_and_lists_what_is_missing() {
        let mut scores = Scores::default();
        scores.kind("columns").right();
        scores.kind("columns").missed("r/a.xdd T.C".to_owned());
        scores.absent.insert("r/b.xdd".to_owned());
        let report = Report(&scores).to_string();
        assert!(report.contains("columns         2      1      1   50.0 %    100.0 %"));
        assert!(report.contains("columns: missed (1):\n  r/a.xdd T.C"));
        assert!(report.contains("not in the corpus, not scored (1):\n  r/b.xdd"));
    }

    #[test]
    fn what_is_not_perfect_does_not_look_so() {
        assert_eq!(percent(Some(0.99999)), "99.9 %");
        assert_eq!(percent(Some(1.0)), "100.0 %");
    }
}
