//! One writer at a time: whoever adds to a file holds a file beside it, so that nobody else writes what was read before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Failure, place, whole};

/// How long another run is waited for. It holds a file for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to read a file and to replace it; given back in the end.
pub(super) struct Lock {
    beside: PathBuf,
}

impl Lock {
    /// Waits until nobody else holds the file, which need not be there.
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        Self::within(path, PATIENCE)
    }

    fn within(path: &Path, patience: Duration) -> Result<Self, Failure> {
        let mut name = OsString::from(".clauselint-lock-");
        name.push(path.file_name().unwrap_or_default());
        let beside = path.with_file_name(name);
        let begun = Instant::now();
        let failed = |reason: String| Failure::Message(format!("can't write `{}`: {reason}", place::shown(path)));
        loop {
            match File::create_new(&beside) {
                Ok(_) => return Ok(Self { beside }),
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(whole::reason(&error)));
                }
                Err(_) if begun.elapsed() < patience => thread::sleep(PAUSE),
                Err(_) => {
                    return Err(failed(format!(
                        "another run is writing it; if there is none, one was stopped: delete `{}`",
                        place::shown(&beside)
                    )));
                }
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If it can't be removed, the next run tells what to do.
        let _ = fs::remove_file(&self.beside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_held_once_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("held.yaml");
        let held = Lock::of(&path).unwrap();
        let Err(Failure::Message(message)) = Lock::within(&path, Duration::ZERO) else { panic!("it is held twice") };
        assert!(message.contains("another run is writing it") && message.contains(".clauselint-lock-held.yaml"));
        drop(held);
        assert!(Lock::within(&path, Duration::ZERO).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
