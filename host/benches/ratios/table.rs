//! The table that everything ends with.

use crate::measure::Ratio;
use std::fmt;

/// Lines of the table.
#[derive(Debug, Default)]
pub struct Table(Vec<Line>);

#[derive(Debug)]
struct Line {
    what: String,
    value: String,
    limit: String,
    verdict: &'static str,
    note: String,
}

impl Table {
    /// Adds a ratio, its goal and the limit that it must not exceed.
    pub fn ratio(&mut self, what: String, ratio: Ratio, goal: f64, limit: f64, note: String) {
        let value = format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.low, ratio.high);
        self.add(what, value, ratio.median, (goal, limit), note);
    }

    /// Adds a ratio of sums, its goal and the limit that it must not exceed.
    pub fn number(&mut self, what: String, number: f64, bounds: (f64, f64), note: String) {
        self.add(what, format!("{number:.2}"), number, bounds, note);
    }

    /// Adds a time in milliseconds and its limit.
    pub fn milliseconds(&mut self, what: String, time: f64, limit: f64, note: String) {
        self.add(what, format!("{time:.1} ms"), time, (limit, limit), note);
    }

    /// Adds bytes a second, and how many there must be.
    pub fn at_least(&mut self, what: String, speed: f64, least: f64, note: String) {
        let value = format!("{:.0} MB/s", speed / 1e6);
        let verdict = if speed < least { "BELOW" } else { "ok" };
        self.push(what, value, format!("≥ {:.0}", least / 1e6), verdict, note);
    }

    fn add(
        &mut self,
        what: String,
        value: String,
        number: f64,
        (goal, limit): (f64, f64),
        note: String,
    ) {
        let verdict = if number > limit {
            "OVER LIMIT"
        } else if number > goal {
            "over goal"
        } else {
            "ok"
        };
        self.push(what, value, format!("≤ {limit}"), verdict, note);
    }

    fn push(
        &mut self,
        what: String,
        value: String,
        limit: String,
        verdict: &'static str,
        note: String,
    ) {
        let line = Line {
            what,
            value,
            limit,
            verdict,
            note,
        };
        println!("{line}");
        self.0.push(line);
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line {
            what,
            value,
            limit,
            verdict,
            note,
        } = self;
        write!(
            formatter,
            "{what:<34} {value:>18}  {limit:<6} {verdict:<10}  {note}"
        )
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{:<34} {:>18}  limit",
            "ratio", "median (quartiles)"
        )?;
        self.0
            .iter()
            .try_for_each(|line| writeln!(formatter, "{line}"))
    }
}
