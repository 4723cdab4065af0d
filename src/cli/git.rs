//! What files were at a revision, asked of the program `git`. The only code that starts another program.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::file::{Limit, Unreadable};
use crate::config::Size;

/// A file as it was.
#[derive(Debug)]
pub(super) struct OldFile {
    /// Revision and path, as git writes them: `main:docs/privacy.md`.
    pub(super) name: String,
    /// What it held.
    pub(super) bytes: Vec<u8>,
}

/// The past of the repositories that files lie in.
#[derive(Debug)]
pub(super) struct History {
    revision: String,
    /// By the root of a repository, what is asked of it but once.
    repositories: BTreeMap<PathBuf, Repository>,
}

#[derive(Debug)]
struct Repository {
    /// The commit that the revision names there, by its full hash.
    commit: String,
    /// Old paths by new ones, from the root; found when a file is first missed.
    renames: Option<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl History {
    /// The past as of a revision: whatever names a commit to git. Nothing is looked up yet.
    pub(super) fn since(revision: &str) -> Self {
        Self { revision: revision.to_owned(), repositories: BTreeMap::new() }
    }

    /// What a file was at the revision, under the name that it had then; nothing if it did not exist.
    pub(super) fn version(&mut self, path: &Path, most: Size) -> Result<Option<OldFile>, String> {
        let shown = path.display();
        let folder = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = path.file_name().ok_or_else(|| format!("`{shown}` is no file"))?;
        let place = git(folder, ["rev-parse", "--show-toplevel", "--show-prefix"])?;
        if !place.status.success() {
            return Err(match first_line(&place.stderr) {
                error if error.contains("not a git repository") => {
                    format!(
                        "`{shown}` is in no git repository, so there is nothing that `--since` could compare it with"
                    )
                }
                error => format!("git can't tell the repository of `{shown}`: {error}"),
            });
        }
        let mut lines = place.stdout.split(|byte| *byte == b'\n');
        let root = path_of(lines.next().unwrap_or_default());
        let mut inside = lines.next().unwrap_or_default().to_vec();
        inside.extend(name.as_encoded_bytes());

        let commit = self.repository(&root)?.commit.clone();
        let found = match blob(&root, &commit, &inside, most)? {
            Some(bytes) => Some((inside, bytes)),
            None => match self.renamed(&root, &inside)? {
                Some(before) => blob(&root, &commit, &before, most)?.map(|bytes| (before, bytes)),
                None => None,
            },
        };
        let named = |path: Vec<u8>| format!("{}:{}", self.revision, String::from_utf8_lossy(&path));
        Ok(found.map(|(path, bytes)| OldFile { name: named(path), bytes }))
    }

    /// The files of a folder that there were at the revision and are gone. None where the folder is in no repository, which
    /// whoever asks for the versions of its files is told.
    pub(super) fn gone(&mut self, folder: &Path) -> Result<Vec<PathBuf>, String> {
        let place = git(folder, ["rev-parse", "--show-toplevel"])?;
        if !place.status.success() {
            return Ok(Vec::new());
        }
        let root = path_of(place.stdout.split(|byte| *byte == b'\n').next().unwrap_or_default());
        let commit = self.repository(&root)?.commit.clone();
        let args = ["diff", "--find-renames", "--diff-filter=D", "--name-only", "--relative", "--no-ext-diff", "-z"];
        let found = git(folder, args.into_iter().chain([commit.as_str()]))?;
        if !found.status.success() {
            return Err(format!("git can't tell what is gone: {}", first_line(&found.stderr)));
        }
        let paths = found.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path_of);
        // What git no longer keeps may still be there.
        Ok(paths.map(|path| folder.join(path)).filter(|path| !path.exists()).collect())
    }

    fn repository(&mut self, root: &Path) -> Result<&mut Repository, String> {
        if !self.repositories.contains_key(root) {
            let commit = resolve(root, &self.revision)?;
            self.repositories.insert(root.to_owned(), Repository { commit, renames: None });
        }
        Ok(self.repositories.get_mut(root).expect("internal: the repository was just added"))
    }

    /// The path that a file of the index had at the revision, where git sees that it was renamed.
    fn renamed(&mut self, root: &Path, path: &[u8]) -> Result<Option<Vec<u8>>, String> {
        let repository = self.repository(root)?;
        if repository.renames.is_none() {
            repository.renames = Some(renames(root, &repository.commit)?);
        }
        Ok(repository.renames.as_ref().and_then(|renames| renames.get(path)).cloned())
    }
}

/// The full hash of the commit that a revision names.
fn resolve(root: &Path, revision: &str) -> Result<String, String> {
    // It would be read as an option; no branch, tag or hash starts so.
    let told = if revision.starts_with('-') {
        None
    } else {
        let commit = format!("{revision}^{{commit}}");
        let found = git(root, ["rev-parse", "--verify", "--quiet", &commit])?;
        found.status.success().then(|| first_line(&found.stdout)).filter(|hash| !hash.is_empty())
    };
    told.ok_or_else(|| {
        format!(
            "`{revision}` names no commit of the repository `{}`; expected a branch, a tag or a hash that is there \
             (a shallow clone may lack it: fetch it first)",
            root.display()
        )
    })
}

/// What a path from the root held at a commit; nothing if there was no file.
fn blob(root: &Path, commit: &str, path: &[u8], most: Size) -> Result<Option<Vec<u8>>, String> {
    let path = path_of(path);
    let mut object = OsString::from(format!("{commit}:"));
    object.push(&path);
    let kind = git(root, [OsStr::new("cat-file"), OsStr::new("-t"), &object])?;
    if !kind.status.success() || first_line(&kind.stdout) != "blob" {
        return Ok(None);
    }
    let size = git(root, [OsStr::new("cat-file"), OsStr::new("-s"), &object])?;
    if first_line(&size.stdout).parse().is_ok_and(|bytes: u64| bytes > most.0) {
        let too_large = Unreadable::TooLarge(Limit::of_policies(most));
        return Err(format!("can't read `{}`: {too_large}", Path::new(&object).display()));
    }
    // As it was committed: `git show` would run what the configuration converts texts with.
    let content = git(root, [OsStr::new("cat-file"), OsStr::new("blob"), &object])?;
    match content.status.success() {
        true => Ok(Some(content.stdout)),
        false => Err(format!("git can't show `{}`: {}", path.display(), first_line(&content.stderr))),
    }
}

/// Old paths by new ones, of the files that git takes for renamed since a commit.
fn renames(root: &Path, commit: &str) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, String> {
    let args =
        ["diff", "--find-renames", "--diff-filter=R", "--name-status", "--no-relative", "--no-ext-diff", "-z", commit];
    let found = git(root, args)?;
    if !found.status.success() {
        return Err(format!("git can't tell what was renamed: {}", first_line(&found.stderr)));
    }
    // "R097", the old path, the new path, each with a zero byte after it.
    let fields: Vec<&[u8]> = found.stdout.split(|byte| *byte == 0).collect();
    let renamed = fields.chunks_exact(3).map(|fields| (fields[2].to_vec(), fields[1].to_vec()));
    Ok(renamed.collect())
}

/// Runs git in a folder. Messages come in English, for they are looked at, and no lock is taken.
fn git<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Result<Output, String> {
    let mut command = Command::new("git");
    command.arg("--no-optional-locks").arg("-C").arg(folder).args(args).env("LC_ALL", "C");
    command.output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "`--since` needs git, and there is no such program in the PATH".to_owned(),
        _ => format!("git can't be run: {error}"),
    })
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned()
}

/// A path as git writes it.
#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
