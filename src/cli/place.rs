//! Where files lie: paths as files that name others write them, and what a run has looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::file;
use crate::suppress::Whereabouts;

/// The name of the suppressions file.
pub(super) const SUPPRESSIONS: &str = "clauselint.suppressions.yaml";

/// An absolute path without links and `..`, also of a file that is not there.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(path), fs::canonicalize(parent), path.file_name()) {
        (Ok(path), ..) => path,
        (_, Ok(parent), Some(name)) => parent.join(name),
        _ => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    }
}

/// The way from a folder to a file, both absolute, parted by slashes.
pub(super) fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(left, right)| left == right).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// An absolute path as messages show it: from the current folder.
pub(super) fn shown(path: &Path) -> String {
    relative(path, &absolute(Path::new(".")))
}

/// The folder that a file lies in.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    file.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// What a run was told to look at.
pub(super) struct Looked {
    /// The folders, absolute.
    folders: Vec<PathBuf>,
}

impl Looked {
    pub(super) fn at(paths: &[PathBuf]) -> Self {
        Self { folders: paths.iter().filter(|path| path.is_dir()).map(|path| absolute(path)).collect() }
    }

    /// Whether all that lies in a folder was looked at.
    pub(super) fn through(&self, folder: &Path) -> bool {
        self.folders.iter().any(|looked| folder.starts_with(looked))
    }

    /// Where a file is that was not checked, told by its path from a folder.
    pub(super) fn whereabouts(&self, path: &str, from: &Path) -> Whereabouts {
        let path = lexical(&from.join(path));
        if path.exists() {
            Whereabouts::Elsewhere
        } else if self.through(&folder_of(&path)) {
            Whereabouts::GoneForGood
        } else {
            Whereabouts::Gone
        }
    }
}

/// A path without `.` and `..`, for files that are not there to be asked.
fn lexical(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            part => path.push(part),
        }
        path
    })
}

/// Finds the suppressions file that is for the files of a folder: in it or above it, up to the root of the repository.
#[derive(Default)]
pub(super) struct Search {
    known: BTreeMap<PathBuf, Option<PathBuf>>,
}

impl Search {
    pub(super) fn above(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let here = folder.join(SUPPRESSIONS);
        // Also what turns out to be no file: who put it there means it to hold.
        let found = if file::is_there(&here) {
            Some(here)
        } else if folder.join(".git").exists() {
            None
        } else {
            folder.parent().and_then(|parent| self.above(parent))
        };
        self.known.insert(folder.to_owned(), found.clone());
        found
    }
}
