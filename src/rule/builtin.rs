//! The `rules/` folder, embedded, and nothing else.

use super::frozen::{Thawed, thaw};
use super::{Compact, Examples, Layer, Role, RuleSource};
use crate::source::SourceFile;

/// Path, text and compact forms of every file under `rules/`, in the order of their paths; the build script writes the
/// list.
const FILES: &[(&str, &str, Compact)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// For each language what the phrases of the files are compiled to, the numbers and the text; no code for the rules' own
/// language.
static FROZEN: &[(&str, &[u32], &str)] = include!(concat!(env!("OUT_DIR"), "/frozen.rs"));

/// What the phrases of a language are compiled to.
pub(super) fn frozen(language: Option<&str>) -> Option<Thawed> {
    let (_, numbers, text) = FROZEN.iter().find(|(code, ..)| *code == language.unwrap_or_default())?;
    Some(thaw(numbers, text))
}

/// The rules and the vocabulary that come with the program. Without the examples they are read from their compact form,
/// and their text is left out.
pub fn builtin_sources(examples: Examples) -> Vec<RuleSource> {
    let source = |(path, text, compact): &(&'static str, &'static str, Compact)| RuleSource {
        source: SourceFile::new(*path, if examples == Examples::Read { text.as_bytes() } else { b"" }),
        role: Role::of(path),
        language: language_of(path.strip_prefix("rules/").unwrap_or(path)),
        layer: Layer::Builtin,
        compact: Some(*compact),
    };
    FILES.iter().map(source).collect()
}

/// The language that a file's phrases are in, told by the folder that it lies in under the rule folder: two lower-case
/// letters are a language's ISO 639-1 code, in any other folder the phrases are in the rules' own language.
pub fn language_of(path: &str) -> Option<String> {
    let (folder, _) = path.split_once(['/', '\\'])?;
    let is_code = folder.len() == 2 && folder.bytes().all(|byte| byte.is_ascii_lowercase());
    is_code.then(|| folder.to_owned())
}

impl Role {
    /// What a file under a rule folder holds, told by the folder that it lies in: `vocabulary`, `packs` and `profile` hold
    /// what their names say, any other folder holds rules.
    pub fn of(path: &str) -> Self {
        let mut folders = path.split(['/', '\\']).rev().skip(1);
        match folders.next() {
            Some("vocabulary") => Self::Vocabulary,
            Some("packs") => Self::Pack,
            Some("profile") => Self::Profile,
            _ => Self::Rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_what_its_files_are() {
        for (path, language, role) in [
            ("gdpr/purposes.yaml", None, Role::Rule),
            ("de/gdpr/purposes.yaml", Some("de"), Role::Rule),
            ("vocabulary/general.yaml", None, Role::Vocabulary),
            ("de/vocabulary/general.yaml", Some("de"), Role::Vocabulary),
            ("de\\vocabulary\\general.yaml", Some("de"), Role::Vocabulary),
            ("packs/gdpr.yaml", None, Role::Pack),
            ("profile/facts.yaml", None, Role::Profile),
            ("packs/ours/rule.yaml", None, Role::Rule),
            ("packs.yaml", None, Role::Rule),
            ("de.yaml", None, Role::Rule),
            ("DE/rule.yaml", None, Role::Rule),
            ("deu/rule.yaml", None, Role::Rule),
            ("d1/rule.yaml", None, Role::Rule),
        ] {
            assert_eq!((language_of(path).as_deref(), Role::of(path)), (language, role), "{path}");
        }
    }

    /// What a check reads, and what is read to run the examples.
    #[test]
    fn the_text_of_the_files_is_there_for_those_who_read_examples() {
        let (read, skipped) = (builtin_sources(Examples::Read), builtin_sources(Examples::Skip));
        assert_eq!(read.len(), skipped.len());
        assert!(read.iter().all(|given| !given.source.text().is_empty() && given.compact.is_some()));
        assert!(skipped.iter().all(|given| given.source.text().is_empty() && given.compact.is_some()));
        assert!(read.iter().any(|given| given.language.as_deref() == Some("de") && given.role == Role::Vocabulary));
        assert!(read.iter().all(|given| given.layer == Layer::Builtin));
    }
}
