//! Signals that ask the program to end. The only code that knows signal-hook.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Notices when the program is asked to end, from now on.
pub(super) struct Interrupt(Arc<AtomicUsize>);

/// A signal that asked the program to end, by its number.
#[derive(Clone, Copy)]
pub(super) struct Signal(i32);

impl Interrupt {
    pub(super) fn watch() -> Self {
        let (asked, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        for number in [SIGINT, SIGTERM] {
            let value = usize::try_from(number).expect("internal: a signal has a number below 0");
            // Whoever asks a second time does not want to wait. Where the system lets no signal be watched, it ends the
            // program as ever.
            let _ = flag::register_conditional_shutdown(number, Signal(number).code(), Arc::clone(&asked))
                .and_then(|_| flag::register(number, Arc::clone(&asked)))
                .and_then(|_| flag::register_usize(number, Arc::clone(&signal), value));
        }
        Self(signal)
    }

    /// The signal that came, if one did.
    pub(super) fn signal(&self) -> Option<Signal> {
        let number = self.0.load(Ordering::SeqCst);
        i32::try_from(number).ok().filter(|number| *number != 0).map(Signal)
    }
}

impl Signal {
    /// The exit code that shells give to a program that a signal has ended.
    pub(super) fn code(self) -> i32 {
        128 + self.0
    }
}

/// Ends the process while other threads wait for a file that may never end, and which can't be ended alone.
#[expect(clippy::exit, reason = "nothing else ends a thread that waits for a file")]
pub(super) fn leave(code: i32) -> ! {
    process::exit(code)
}
