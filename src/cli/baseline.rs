//! `clauselint check --baseline` and `--write-baseline`: the file, and what is said of it.

use std::path::Path;

use super::checked::{Run, replace};
use super::file::{self, Limit};
use super::{Exit, Failure, Terminal, place};
use crate::baseline::{Baseline, Entry, Subtracted};

/// What to do with entries whose findings are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fixed {
    /// Tell of them.
    Tell,
    /// Take them out of the file.
    TakeOut,
}

/// How many entries are told one by one.
const TOLD: usize = 10;

/// Sets aside what the baseline holds, and tells what is gone.
pub(super) fn apply(run: &mut Run, path: &Path, fixed: Fixed, terminal: &Terminal) -> Result<(), Failure> {
    let name = path.display();
    let baseline = read(path)?.ok_or_else(|| {
        Failure::Message(format!(
            "there is no baseline `{name}`; `--write-baseline={name}` writes one of what is found now"
        ))
    })?;
    let subtracted = run.subtract(&baseline, &place::folder_of(&place::absolute(path)));
    match fixed {
        Fixed::Tell => tell(&subtracted, path, terminal),
        Fixed::TakeOut if subtracted.left != baseline => {
            replace(path, subtracted.left.to_json().as_bytes())?;
            terminal.note(&format!("took {} out of the baseline `{name}`", entries(subtracted.fixed.len())));
        }
        Fixed::TakeOut => {}
    }
    Ok(())
}

/// Writes what was found to a baseline. Of policies that could not be checked nobody knows what was found: then nothing
/// is written.
pub(super) fn write(run: &mut Run, path: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    if !run.problems.is_empty() {
        run.problems.iter().for_each(|problem| terminal.complain(problem));
        return Err(Failure::Message("no baseline was written".to_owned()));
    }
    // What stands there must be one: a policy is soon given by mistake.
    read(path)?;
    let folder = place::folder_of(&place::absolute(path));
    let baseline = run.baseline(&folder);
    replace(path, baseline.to_json().as_bytes())?;
    let count = entries(baseline.entries().len());
    terminal.note(&format!("wrote {count} to the baseline `{}`", path.display()));
    Ok(Exit::Clean)
}

/// Reads a baseline; nothing if there is no such file.
fn read(path: &Path) -> Result<Option<Baseline>, Failure> {
    let name = path.display();
    let bytes = match file::read(path, Limit::LISTS) {
        Ok(bytes) => bytes,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(Failure::Message(format!("can't read the baseline `{name}`: {error}"))),
    };
    Baseline::parse(&String::from_utf8_lossy(&bytes)).map(Some).map_err(|error| {
        Failure::Message(format!(
            "can't use the baseline `{name}`: {error}; mend it, or delete it and write it anew with `--write-baseline`"
        ))
    })
}

fn tell(subtracted: &Subtracted, path: &Path, terminal: &Terminal) {
    let fixed = &subtracted.fixed;
    if fixed.is_empty() {
        return;
    }
    let line = |entry: &Entry| format!("\n  {}: {} {}", entry.path, entry.rule, entry.fingerprint);
    let lines: String = fixed.iter().take(TOLD).map(line).collect();
    let more = fixed.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let (count, name) = (entries(fixed.len()), path.display());
    terminal.note(&format!("gone from the baseline `{name}`: {count}; `--prune` takes out what is gone{lines}{more}"));
}

fn entries(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}
