//! How far a long run has come, on a terminal. The only code that knows indicatif.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A run that is over before this is not told of.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far a run has come, on standard error, if that is a terminal and standard output is none: a report that runs
/// through a terminal shows it itself.
pub(super) struct Progress {
    begun: Instant,
    all: Option<usize>,
    shown: Shown,
}

enum Shown {
    Never,
    NotYet,
    Bar(ProgressBar),
}

impl Progress {
    /// `all` is how many there are, where that is known.
    pub(super) fn new(all: Option<usize>) -> Self {
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let may_show = io::stderr().is_terminal() && !io::stdout().is_terminal() && !is_dumb;
        Self { begun: Instant::now(), all, shown: if may_show { Shown::NotYet } else { Shown::Never } }
    }

    /// Shows that so many are done.
    pub(super) fn show(&mut self, done: usize) {
        if let Shown::NotYet = self.shown {
            if self.begun.elapsed() < PATIENCE {
                return;
            }
            let all = self.all.map(|all| u64::try_from(all).unwrap_or(u64::MAX));
            let bar = ProgressBar::with_draw_target(all, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(match all {
                Some(_) => "{wide_bar} {pos} of {len} policies, {eta} left",
                None => "{pos} policies, {per_sec}",
            });
            bar.set_style(style.expect("internal: the template of the progress bar is wrong"));
            self.shown = Shown::Bar(bar);
        }
        if let Shown::Bar(bar) = &self.shown {
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        }
    }

    /// Leaves the terminal as it was.
    pub(super) fn clear(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
        self.shown = Shown::Never;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
