//! Timing in turns.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// How long something is measured, unless so few rounds fit into it that a median says nothing.
const BUDGET: Duration = Duration::from_secs(4);
const ROUNDS: RangeInclusive<usize> = 7..=200;

/// What is counted.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The time of this thread on a processor: what other programs take of the machine does not count.
    Thread,
    /// Time as it passes.
    Wall,
}

/// Seconds of each round, one list for each side.
#[derive(Debug)]
pub struct Times(Vec<Vec<f64>>);

/// Measures the sides in turn, all but the first in the other order every second round: what a side leaves in the caches is
/// not to favour the same one each time, and none follows itself. The first round warms up and does not count.
pub fn in_turn(clock: Clock, sides: &mut [&mut dyn FnMut()]) -> Times {
    let mut times = vec![Vec::new(); sides.len()];
    for side in &mut *sides {
        side();
    }
    let started = Instant::now();
    for round in 0..*ROUNDS.end() {
        if round >= *ROUNDS.start() && started.elapsed() > BUDGET {
            break;
        }
        for turn in 0..sides.len() {
            let side = if round % 2 == 0 || turn == 0 {
                turn
            } else {
                sides.len() - turn
            };
            let before = clock.now();
            sides[side]();
            times[side].push((clock.now() - before).as_secs_f64());
        }
    }
    Times(times)
}

impl Clock {
    fn now(self) -> Duration {
        let id = match self {
            Clock::Thread => libc::CLOCK_THREAD_CPUTIME_ID,
            Clock::Wall => libc::CLOCK_MONOTONIC,
        };
        let mut now = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `now` is a timespec that the call may write.
        assert_eq!(unsafe { libc::clock_gettime(id, &raw mut now) }, 0);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    }
}

impl Times {
    /// The median time of a side, in seconds.
    pub fn median(&self, side: usize) -> f64 {
        quantile(self.0[side].clone(), 0.5)
    }

    /// The ratios of two sides of the same round.
    pub fn ratio(&self, above: usize, below: usize) -> Ratio {
        let rounds = self.0[above].iter().zip(&self.0[below]);
        let ratios: Vec<f64> = rounds.map(|(above, below)| above / below).collect();
        Ratio {
            median: quantile(ratios.clone(), 0.5),
            low: quantile(ratios.clone(), 0.25),
            high: quantile(ratios, 0.75),
        }
    }
}

/// A ratio: median, lower and upper quartile.
#[derive(Debug, Clone, Copy)]
pub struct Ratio {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Ratio {
    /// The ratio as a part of another number.
    pub fn per(self, size: f64) -> Self {
        Ratio {
            median: self.median / size,
            low: self.low / size,
            high: self.high / size,
        }
    }
}

fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}
