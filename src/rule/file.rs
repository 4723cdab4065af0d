//! Rule files: the YAML shape, and the way from it to a valid [`RuleSet`]. The only YAML code of the core.
//!
//! A file is read key by key, so that one mistake hides no other: the text is cut at its top-level keys and each piece
//! is parsed by itself, which also keeps every error's line and column. What a piece says is checked after that, and
//! located by finding its text in the file.

mod build;
mod shape;
mod vocabulary;
mod yaml;

use std::collections::BTreeMap;

use super::lexicon::{Lexicon, Symbol};
use super::matcher::{Compiler, Program};
use super::pattern::Pattern;
use super::{RuleId, RuleSet, did_you_mean};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;
use build::{Build, order};
use shape::{Kind, RULE_KEYS, RuleFields};
use vocabulary::{compile_vocabulary, read_vocabulary};
use yaml::{Piece, find, line_end, parse, pieces};

/// Where a file comes from. What a user gives replaces what is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Embedded in the program.
    Builtin,
    /// Given by the user.
    User,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One rule.
    Rule,
    /// Vocabulary entries.
    Vocabulary,
}

/// A file of rules or vocabulary.
#[derive(Debug)]
pub struct RuleSource {
    /// The file.
    pub source: SourceFile,
    /// What it holds.
    pub role: Role,
    /// Where it comes from.
    pub layer: Layer,
}

/// A mistake in one of the files that [`compile`] was given.
#[derive(Clone, Debug)]
pub struct Located {
    /// The place of the file in what was given.
    pub file: usize,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// Compiles rule and vocabulary files. All mistakes of all files come back together, in the order of the files; what
/// has none is in the set.
pub fn compile(sources: &[RuleSource]) -> (RuleSet, Vec<Located>) {
    let mut problems = Problems::default();
    let vocabulary = read_vocabulary(sources, &mut problems);
    let files = read_rules(sources, &mut problems);

    let mut lexicon = Lexicon::new();
    let (ids, entries) = compile_vocabulary(&vocabulary, sources, &mut lexicon, &mut problems);
    let groups: Vec<Vec<Symbol>> = entries.iter().map(Program::group).collect();
    let entry = |name: &str| ids.get(name).map(|id| (*id, groups[id.0].clone()));
    let known = Known { rules: files.iter().map(|(id, file)| (id.as_str(), file.fields.kind)).collect() };

    let mut rules = Vec::new();
    let mut dependencies = Vec::new();
    for (id, file) in &files {
        let source = &sources[file.file].source;
        let mut build = Build {
            compiler: Compiler { lexicon: &mut lexicon, entry: &entry },
            names: &ids,
            known: &known,
            file,
            source,
            problems: &mut problems,
            needs: Vec::new(),
        };
        if let Some(rule) = build.rule(id) {
            dependencies.push(build.needs);
            rules.push(rule);
        }
    }
    let order = order(&rules, &dependencies, &files, sources, &mut problems);
    problems.0.sort_by_key(|problem| (problem.file, problem.diagnostic.primary.span));
    (RuleSet { rules, order, lexicon, entries }, problems.0)
}

#[derive(Default)]
struct Problems(Vec<Located>);

impl Problems {
    fn push(&mut self, file: usize, diagnostic: Diagnostic) {
        self.0.push(Located { file, diagnostic });
    }
}

/// The rules that conditions may name, by id.
struct Known<'f> {
    rules: BTreeMap<&'f str, Kind>,
}

/// A rule file whose shape is right.
struct ReadRule {
    file: usize,
    fields: RuleFields,
}

fn read_rules(sources: &[RuleSource], problems: &mut Problems) -> BTreeMap<RuleId, ReadRule> {
    let mut rules: BTreeMap<RuleId, ReadRule> = BTreeMap::new();
    for (file, RuleSource { source, layer, .. }) in
        sources.iter().enumerate().filter(|(_, given)| given.role == Role::Rule)
    {
        let Some(fields) = read_fields(source, file, problems) else { continue };
        let at = find(source, "id", &fields.id);
        let id = match RuleId::parse(&fields.id) {
            Ok(id) => id,
            Err(error) => {
                problems
                    .push(file, Diagnostic::error("rule-file/id", error.to_string(), Label::new(source.span(at), "")));
                continue;
            }
        };
        if let Some(other) = rules.get(&id)
            && sources[other.file].layer == *layer
        {
            let message = format!("`{id}` is defined in {} already", sources[other.file].source.name());
            let help = "give one of the two another id";
            problems.push(
                file,
                Diagnostic::error("rule-file/id", message, Label::new(source.span(at), "")).with_help(help),
            );
            continue;
        }
        rules.insert(id, ReadRule { file, fields });
    }
    rules
}

fn read_fields(source: &SourceFile, file: usize, problems: &mut Problems) -> Option<RuleFields> {
    let before = problems.0.len();
    let pieces = pieces(source, file, problems);
    let mut fields = RuleFields::default();
    for piece in &pieces {
        macro_rules! set {
            ($field:expr) => {
                parse(piece, source).map(|value| $field = value)
            };
        }
        let done = match piece.key {
            "id" => set!(fields.id),
            "title" => set!(fields.title),
            "kind" => set!(fields.kind),
            "severity" => set!(fields.severity),
            "group" => set!(fields.group),
            "cite" => set!(fields.cite),
            "why" => set!(fields.why),
            "evidence" => set!(fields.evidence),
            "vague" => set!(fields.vague),
            "forbidden" => set!(fields.forbidden),
            "unless" => set!(fields.unless),
            "when" => set!(fields.when),
            "place" => set!(fields.place),
            "values" => set!(fields.values),
            "message" => set!(fields.message),
            "help" => set!(fields.help),
            "draft" => set!(fields.draft),
            "examples" => set!(fields.examples),
            unknown => Err(Box::new(unknown_key(source, piece, unknown, &RULE_KEYS))),
        };
        if let Err(problem) = done {
            problems.push(file, *problem);
        }
    }
    let (evidence, message) = match fields.kind {
        Kind::Disclosure => ("evidence", fields.message.missing.is_some()),
        Kind::Forbidden => ("forbidden", fields.message.found.is_some()),
    };
    if problems.0.len() == before {
        for key in ["id", "title", "kind", "severity", "cite", "why", evidence, "message", "help", "examples"] {
            if !pieces.iter().any(|piece| piece.key == key) {
                let message = format!("the rule has no `{key}:`");
                let label = Label::new(source.span(0..line_end(source.text(), 0)), "");
                problems.push(file, Diagnostic::error("rule-file/key", message, label));
            }
        }
        let needed = if fields.kind == Kind::Disclosure { "missing" } else { "found" };
        if !message && problems.0.len() == before {
            let text = format!("`message:` needs `{needed}:` for a rule of this kind");
            problems.push(
                file,
                Diagnostic::error("rule-file/key", text, Label::new(source.span(find(source, "message", "")), "")),
            );
        }
        if !fields.vague.is_empty() && fields.message.vague.is_none() {
            let text = "`message:` needs `vague:`, since the rule has vague phrases";
            problems.push(
                file,
                Diagnostic::error("rule-file/key", text, Label::new(source.span(find(source, "message", "")), "")),
            );
        }
    }
    (problems.0.len() == before).then_some(fields)
}

fn unknown_key(source: &SourceFile, piece: &Piece<'_>, key: &str, known: &[&'static str]) -> Diagnostic {
    let label = Label::new(source.span(piece.start..piece.start + key.len()), "unknown key");
    let diagnostic = Diagnostic::error("rule-file/key", format!("`{key}` is no key of a rule file"), label);
    match did_you_mean(key, known.iter().copied()) {
        Some(meant) => diagnostic.with_help(format!("did you mean `{meant}`?")),
        None => diagnostic.with_help(format!("the keys are: {}", known.join(", "))),
    }
}

fn read_pattern(source: &SourceFile, file: usize, key: &str, text: &str, problems: &mut Problems) -> Option<Pattern> {
    match Pattern::parse(text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let whole = find(source, key, text);
            // The error's own place, where the pattern stands in the file letter by letter.
            let exact = source.text()[whole.clone()] == *text;
            let at = if exact { whole.start + error.at.start..whole.start + error.at.end } else { whole };
            problems
                .push(file, Diagnostic::error("rule-file/pattern", error.message, Label::new(source.span(at), "here")));
            None
        }
    }
}
