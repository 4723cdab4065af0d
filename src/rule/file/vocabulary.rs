//! Vocabulary files: names for phrases, compiled each after those that it names.

use std::collections::{BTreeMap, BTreeSet};

use super::{Form, Layer, Problems, Role, RuleSource, pieces, read_entries, read_pattern};
use crate::diagnostic::{Diagnostic, Label};
use crate::rule::compiler::compile_entries;
use crate::rule::did_you_mean;
use crate::rule::lexicon::{Class, Lexicon};
use crate::rule::pattern::{Element, Pattern, Sequence};
use crate::rule::program::{EntryId, Program};
use crate::source::SourceFile;
use crate::yaml::find;

/// The most entries of a vocabulary: each is compiled after those that it names, which takes a look at all of them.
const MOST_ENTRIES: usize = 5000;

/// A vocabulary entry: where it stands, and its patterns.
pub(super) struct ReadEntry {
    file: usize,
    layer: Layer,
    patterns: Vec<Pattern>,
}

pub(super) fn read_vocabulary(
    sources: &[RuleSource],
    language: Option<&str>,
    form: Form,
    lexicon: &mut Lexicon,
    problems: &mut Problems,
) -> BTreeMap<String, ReadEntry> {
    let mut entries: BTreeMap<String, ReadEntry> = BTreeMap::new();
    let is_asked = |given: &RuleSource| given.role == Role::Vocabulary && given.language.as_deref() == language;
    for (file, given) in sources.iter().enumerate().filter(|(_, given)| is_asked(given)) {
        let RuleSource { source, layer, .. } = given;
        if let Some(read) = form.read::<BTreeMap<String, Vec<String>>>(given) {
            for (name, texts) in read {
                let patterns = texts.iter().filter_map(|text| Pattern::parse(text, lexicon).ok()).collect();
                entries.insert(name, ReadEntry { file, layer: *layer, patterns });
            }
            continue;
        }
        for piece in pieces(source, file, problems) {
            let label = || Label::new(source.span(piece.start..piece.start + piece.key.len()), "");
            let name = piece.key.to_owned();
            if Class::named(&name).is_some() || name != name.to_ascii_lowercase() || name.contains('_') {
                let message = format!("`{name}` is no name for a vocabulary entry");
                let help = "use lower-case letters, digits and hyphens; number, email, url and link are taken";
                problems.push(file, Diagnostic::error("vocabulary/name", message, label()).with_help(help));
                continue;
            }
            // Two in one file are reported for that, as two of any key are.
            if entries.get(&name).is_some_and(|other| other.layer == *layer && other.file != file) {
                let message = format!("the vocabulary entry `{name}` is defined twice");
                problems.push(file, Diagnostic::error("vocabulary/name", message, label()));
                continue;
            }
            if entries.len() >= MOST_ENTRIES {
                let message = format!("a vocabulary has at most {MOST_ENTRIES} entries");
                let help = "put words that are used in one place only into the pattern that needs them";
                problems.push(file, Diagnostic::error("vocabulary/size", message, label()).with_help(help));
                break;
            }
            let mut texts: Vec<String> = Vec::new();
            match read_entries(&piece, source, &mut texts) {
                Err(mistakes) => problems.extend(file, mistakes),
                Ok(()) if texts.is_empty() => {
                    let message = format!("the vocabulary entry `{name}` has no patterns");
                    problems.push(file, Diagnostic::error("vocabulary/pattern", message, label()));
                }
                Ok(()) => {}
            }
            let patterns =
                texts.iter().filter_map(|text| read_pattern(source, file, piece.key, text, lexicon, problems));
            let mut patterns: Vec<Pattern> = patterns.collect();
            let before = patterns.len();
            patterns.retain(|pattern| !has_endless_gap(&pattern.sequence));
            if patterns.len() < before {
                let message = "a vocabulary entry holds no gap without a count";
                let help = "write `...5` for a gap of at most five words";
                problems.push(file, Diagnostic::error("vocabulary/pattern", message, label()).with_help(help));
            }
            // Whatever is wrong with it, it is there: who names it made no mistake.
            entries.insert(name, ReadEntry { file, layer: *layer, patterns });
        }
    }
    entries
}

fn has_endless_gap(sequence: &Sequence) -> bool {
    sequence.iter().any(|element| match element {
        Element::Gap(count) => count.is_none(),
        Element::Choice { options, .. } => options.iter().any(has_endless_gap),
        Element::Word(_) | Element::Name(_) => false,
    })
}

/// Compiles the entries: their ids, and their programs.
pub(super) fn compile_vocabulary(
    vocabulary: &BTreeMap<String, ReadEntry>,
    sources: &[RuleSource],
    lexicon: &mut Lexicon,
    problems: &mut Problems,
) -> (BTreeMap<String, EntryId>, Vec<Program>) {
    let patterns = vocabulary.iter().map(|(name, entry)| (name.clone(), entry.patterns.clone())).collect();
    let (ids, programs, circular) = compile_entries(&patterns, lexicon, |name, error| {
        let ReadEntry { file, patterns, .. } = &vocabulary[name];
        // One without patterns is reported for what was wrong with them, or for having none.
        if patterns.is_empty() {
            return;
        }
        let file = *file;
        let label = Label::new(sources[file].source.span(find(&sources[file].source, name, "")), "");
        problems.push(file, Diagnostic::error("vocabulary/pattern", error.to_string(), label));
    });
    for (name, entry) in vocabulary {
        let source = &sources[entry.file].source;
        for used in entry.patterns.iter().flat_map(Pattern::names) {
            // An entry that only names one of a circle is of no use either, and is right once the circle is broken.
            if circular.contains(&name) && leads_to(vocabulary, used, name) {
                let message = format!("the vocabulary entry `{name}` names itself, by way of `<{used}>`");
                problems.push(
                    entry.file,
                    Diagnostic::error("vocabulary/cycle", message, Label::new(source.span(find(source, name, "")), "")),
                );
            } else if !vocabulary.contains_key(used) {
                problems.push(entry.file, unknown_name(source, name, used, vocabulary.keys().map(String::as_str)));
            }
        }
    }
    (ids, programs)
}

/// Whether an entry names another one, or is it, or names one that leads to it.
fn leads_to(vocabulary: &BTreeMap<String, ReadEntry>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        let entry = vocabulary.get(name);
        let named = entry.iter().flat_map(|entry| &entry.patterns).flat_map(Pattern::names);
        open.extend(named.filter(|named| seen.insert(named)));
    }
    false
}

pub(super) fn unknown_name<'k>(
    source: &SourceFile,
    key: &str,
    name: &str,
    known: impl Iterator<Item = &'k str>,
) -> Diagnostic {
    let at = find(source, key, &format!("<{name}>"));
    let label = Label::new(source.span(at), "no such entry");
    let diagnostic = Diagnostic::error("rule-file/vocabulary", format!("the vocabulary has no entry `{name}`"), label);
    match did_you_mean(name, known) {
        Some(meant) => diagnostic.with_help(format!("did you mean `<{meant}>`?")),
        None => diagnostic.with_help(format!("define `{name}:` in a file of the folder `vocabulary`")),
    }
}
