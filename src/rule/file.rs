//! Rule files: the YAML shape, and the way from it to a valid [`RuleSet`].

mod build;
mod compact;
mod facts;
mod parameters;
mod shape;
mod translation;
mod vocabulary;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::builtin::frozen;
use super::compiler::Compiler;
use super::frozen::Thawed;
use super::lexicon::Lexicon;
use super::pattern::Pattern;
use super::program::{EntryId, Program};
use super::reading::Rooms;
use super::{Fact, Rule, RuleId, RuleSet};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;
use crate::yaml::{self, Piece, find, line_end};
use build::{Build, order};
use facts::{read_facts, read_packs};
use shape::{Kind, PatternOrElse, PhraseFields, RULE_KEYS, RuleFields};
use translation::translated;
use vocabulary::{compile_vocabulary, read_vocabulary};

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
    /// What is told about a pack of rules.
    Pack,
    /// Facts that a profile can give.
    Profile,
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
    /// The language that its phrases are in, where that is not the rules' own: its ISO 639-1 code.
    pub language: Option<String>,
    /// What it holds, examples left out, in JSON: for built-in files, which are known to be right and are read at every
    /// start of the program.
    pub compact: Option<&'static str>,
}

/// Whether the examples of built-in rules are read: half of their text, which a check has no use for. A user's files are
/// always read whole, for they may hold mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// Read them.
    Read,
    /// Leave the built-in ones out.
    Skip,
}

/// A mistake in one of the files that [`compile`] was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The place of the file in what was given.
    pub file: usize,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// Compiles rule and vocabulary files. All mistakes of all files come back together, in the order of the files; what
/// has none is in the set. Built-in translations are compiled when a policy needs them; a user's at once, so that
/// their mistakes are told.
pub fn compile(sources: Vec<RuleSource>, examples: Examples) -> (RuleSet, Vec<Located>) {
    let mut problems = Problems::default();
    let facts = read_facts(&sources, examples, &mut problems);
    let packs = read_packs(&sources, examples, &facts, &mut problems);
    let files = read_rules(&sources, examples, &mut problems);
    let Compiled { rules, needs, order, lexicon, entries } =
        compile_files(&files, None, &facts, &sources, examples, &mut problems);

    let codes = sources.iter().filter_map(|given| given.language.clone());
    let mut languages: BTreeMap<String, OnceLock<Box<RuleSet>>> = codes.map(|code| (code, OnceLock::new())).collect();
    let is_own = |code: &str, given: &RuleSource| given.layer == Layer::User && given.language.as_deref() == Some(code);
    for (code, language) in &mut languages {
        if examples == Examples::Read || sources.iter().any(|given| is_own(code, given)) {
            *language = Box::new(translate(&sources, code, &facts, examples, &mut problems)).into();
        }
    }
    problems.0.sort_by_key(|problem| (problem.file, problem.diagnostic.primary.span));
    problems.0.dedup();
    let rooms = Rooms::default();
    (RuleSet { rules, needs, order, packs, facts, lexicon, entries, rooms, languages, sources }, problems.0)
}

/// The rules as they read a language, in the same order: what is wrong with them was told when the user's files were
/// read, and a test holds the built-in ones.
pub(super) fn compile_language(sources: &[RuleSource], language: &str, facts: &[Fact]) -> RuleSet {
    let mut problems = Problems::default();
    let rules = translate(sources, language, facts, Examples::Skip, &mut problems);
    debug_assert!(problems.0.is_empty(), "internal: a translation is wrong: {:?}", problems.0);
    rules
}

fn translate(
    sources: &[RuleSource],
    language: &str,
    facts: &[Fact],
    examples: Examples,
    problems: &mut Problems,
) -> RuleSet {
    // Mistakes in the rules themselves were told already.
    let files = read_rules(sources, examples, &mut Problems::default());
    let files = translated(files, language, sources, examples, problems);
    let Compiled { rules, needs, order, lexicon, entries } =
        compile_files(&files, Some(language), facts, sources, examples, problems);
    RuleSet {
        rules,
        needs,
        order,
        packs: Vec::new(),
        facts: Vec::new(),
        lexicon,
        entries,
        rooms: Rooms::default(),
        languages: BTreeMap::new(),
        sources: Vec::new(),
    }
}

/// The parts of a rule set that belong to one language.
struct Compiled {
    rules: Vec<Rule>,
    needs: Vec<Vec<usize>>,
    order: Vec<usize>,
    lexicon: Lexicon,
    entries: Vec<Program>,
}

fn compile_files(
    files: &[ReadRule],
    language: Option<&str>,
    facts: &[Fact],
    sources: &[RuleSource],
    examples: Examples,
    problems: &mut Problems,
) -> Compiled {
    let is_own_vocabulary = |given: &RuleSource| {
        given.role == Role::Vocabulary && given.layer == Layer::User && given.language.as_deref() == language
    };
    // What was compiled when the program was built holds with the vocabulary that was there then.
    let frozen = match examples {
        Examples::Skip if !sources.iter().any(is_own_vocabulary) => frozen(language),
        _ => None,
    };
    let (mut lexicon, ids, entries, frozen) = match frozen {
        Some(Thawed { lexicon, entries, phrases }) => {
            let (names, entries): (Vec<&str>, Vec<Program>) = entries.into_iter().unzip();
            let ids = names.into_iter().enumerate().map(|(id, name)| (name.to_owned(), EntryId(id))).collect();
            (lexicon, ids, entries, Some(phrases))
        }
        None => {
            let mut lexicon = Lexicon::new();
            let vocabulary = read_vocabulary(sources, language, examples, &mut lexicon, problems);
            let (ids, entries) = compile_vocabulary(&vocabulary, sources, &mut lexicon, problems);
            (lexicon, ids, entries, None)
        }
    };
    let entry = |name: &str| ids.get(name).map(|id| entries[id.0].named(*id));
    let known =
        Known { rules: files.iter().filter_map(|file| Some((file.id.as_ref()?.as_str(), file.fields.kind))).collect() };

    let mut regexes = BTreeMap::new();
    let mut rules = Vec::new();
    let mut needs = Vec::new();
    for file in files {
        let mut build = Build {
            lexicon: &mut lexicon,
            frozen: frozen.as_ref().filter(|_| sources[file.file].layer == Layer::Builtin),
            compiler: Compiler { entry: &entry },
            names: &ids,
            known: &known,
            facts,
            file,
            source: &sources[file.file].source,
            layer: sources[file.file].layer,
            problems,
            regexes: &mut regexes,
            needs: Vec::new(),
        };
        if let Some(rule) = build.rule() {
            needs.push(build.needs);
            rules.push(rule);
        }
    }
    // Conditions count rules by their places, which are right only if no rule fell out.
    let order = if problems.0.is_empty() {
        order(&rules, &needs, files, sources, problems)
    } else {
        (0..rules.len()).collect()
    };
    lexicon.close();
    Compiled { rules, needs, order, lexicon, entries }
}

#[derive(Default)]
struct Problems(Vec<Located>);

impl Problems {
    fn push(&mut self, file: usize, diagnostic: Diagnostic) {
        self.0.push(Located { file, diagnostic });
    }

    fn any_in(&self, file: usize) -> bool {
        self.0.iter().any(|problem| problem.file == file)
    }
}

/// The rules that conditions may name, by id.
struct Known<'f> {
    rules: BTreeMap<&'f str, Kind>,
}

/// A rule file as far as it could be read.
struct ReadRule {
    file: usize,
    /// Nothing where the file's id is none.
    id: Option<RuleId>,
    fields: RuleFields,
    /// Whether it is a rule that no file translates into the language that is compiled for.
    untranslated: bool,
}

/// Reads the rule files, in the order of their ids. Of two layers' rules with one id, the higher layer's stays.
fn read_rules(sources: &[RuleSource], examples: Examples, problems: &mut Problems) -> Vec<ReadRule> {
    let mut named: BTreeMap<RuleId, ReadRule> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for (file, given) in
        sources.iter().enumerate().filter(|(_, given)| given.role == Role::Rule && given.language.is_none())
    {
        let RuleSource { source, layer, .. } = given;
        let fields = match given.compact.filter(|_| examples == Examples::Skip) {
            Some(json) => compact::read(json),
            None => read_fields(given, file, problems),
        };
        let label = Label::new(source.span(find(source, "id", &fields.id)), "");
        let Some(id) = RuleId::parse(&fields.id) else {
            // A file without any id is reported for that.
            if !fields.id.is_empty() {
                let message = format!("`{}` is no rule id", fields.id);
                let help =
                    "a rule id is a pack and a name in lower-case letters, digits and hyphens: `pack/name-of-rule`";
                problems.push(file, Diagnostic::error("rule-file/id", message, label).with_help(help));
            }
            unnamed.push(ReadRule { file, id: None, fields, untranslated: false });
            continue;
        };
        let twin = named.get(&id).map(|other| &sources[other.file]).filter(|other| other.layer == *layer);
        if let Some(twin) = twin {
            let message = format!("`{id}` is defined in {} already", twin.source.name());
            let help = "give one of the two another id";
            problems.push(file, Diagnostic::error("rule-file/id", message, label).with_help(help));
        } else {
            named.insert(id.clone(), ReadRule { file, id: Some(id), fields, untranslated: false });
        }
    }
    named.into_values().chain(unnamed).collect()
}

/// Reads what can be read of a rule file.
fn read_fields(given: &RuleSource, file: usize, problems: &mut Problems) -> RuleFields {
    let source = &given.source;
    let pieces = pieces(source, file, problems);
    let mut fields = RuleFields::default();
    let mut unread = Vec::new();
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
            "level" => set!(fields.level),
            "group" => set!(fields.group),
            "cite" => set!(fields.cite),
            "why" => set!(fields.why),
            "evidence" => set!(fields.evidence),
            "vague" => set!(fields.vague),
            "forbidden" => set!(fields.forbidden),
            "report" => set!(fields.report),
            "claims" => set!(fields.claims),
            "check" => parse(piece, source).map(|check| fields.check = Some(check)),
            "parameters" => set!(fields.parameters),
            "unless" => set!(fields.unless),
            "when" => set!(fields.when),
            "place" => set!(fields.place),
            "values" => set!(fields.values),
            "compare" => set!(fields.compare),
            "message" => set!(fields.message),
            "help" => set!(fields.help),
            "draft" => set!(fields.draft),
            "examples" => set!(fields.examples),
            _ => Err(Box::new(piece.unknown_key(source, KIND, "a rule file", &RULE_KEYS))),
        };
        if let Err(problem) = done {
            problems.push(file, *problem);
            unread.push(piece.key);
            // One entry of a list is wrong: the others are still to be checked.
            match piece.key {
                "evidence" => fields.evidence = patterns(piece, source),
                "vague" => fields.vague = patterns(piece, source),
                "forbidden" => fields.forbidden = patterns(piece, source),
                _ => {}
            }
        }
    }
    if !pieces.is_empty() {
        missing_keys(source, file, &pieces, &fields, &unread, problems);
    }
    fields
}

/// The plain patterns of a list that holds something wrong besides.
fn patterns(piece: &Piece<'_>, source: &SourceFile) -> Vec<PhraseFields> {
    let entries: Vec<PatternOrElse> = parse(piece, source).unwrap_or_default();
    let patterns = entries.into_iter().filter_map(|entry| match entry {
        PatternOrElse::Pattern(pattern) => Some(PhraseFields::Pattern(pattern)),
        PatternOrElse::Else(_) => None,
    });
    patterns.collect()
}

/// Reports the keys that a rule of its kind needs and the file lacks; `unread` holds those that are there, but wrong.
fn missing_keys(
    source: &SourceFile,
    file: usize,
    pieces: &[Piece<'_>],
    fields: &RuleFields,
    unread: &[&str],
    problems: &mut Problems,
) {
    let sought = match fields.kind {
        Kind::Disclosure => "evidence",
        Kind::Forbidden => "forbidden",
        Kind::Conflict => "claims",
        Kind::Structure => "check",
    };
    let needed = ["id", "title", "kind", "cite", "why", sought, "message", "help", "examples"];
    let lacks = |key: &&str| !pieces.iter().any(|piece| piece.key == *key);
    let missing: Vec<String> = needed.iter().filter(|key| lacks(key)).map(|key| format!("`{key}:`")).collect();
    if !missing.is_empty() {
        let label = Label::new(source.span(0..line_end(source.text(), 0)), "");
        let message = format!("the rule lacks {}", missing.join(", "));
        problems.push(file, Diagnostic::error("rule-file/key", message, label));
    }
    if lacks(&"message") || unread.contains(&"message") || unread.contains(&"kind") {
        return;
    }
    let messages = match fields.kind {
        Kind::Disclosure => vec![("missing", &fields.message.missing), ("vague", &fields.message.vague)],
        Kind::Forbidden | Kind::Conflict | Kind::Structure => vec![("found", &fields.message.found)],
    };
    for (key, message) in messages {
        if message.is_none() && (key != "vague" || !fields.vague.is_empty()) {
            let label = Label::new(source.span(find(source, "message", "")), "");
            let message = format!("`message:` lacks `{key}:`, the sentence for what this rule can find");
            problems.push(file, Diagnostic::error("rule-file/key", message, label));
        }
    }
}

/// What the codes of mistakes in rule files start with.
const KIND: &str = "rule-file";

/// The top-level entries of a file.
fn pieces<'s>(source: &'s SourceFile, file: usize, problems: &mut Problems) -> Vec<Piece<'s>> {
    let mut found = Vec::new();
    let pieces = yaml::pieces(source, KIND, &mut found);
    if pieces.is_empty() && found.is_empty() {
        let label = Label::new(source.span(0..line_end(source.text(), 0)), "");
        found.push(Diagnostic::error("rule-file/yaml", yaml::NO_MAPPING, label));
    }
    found.into_iter().for_each(|problem| problems.push(file, problem));
    pieces
}

fn parse<T: DeserializeOwned>(piece: &Piece<'_>, source: &SourceFile) -> Result<T, Box<Diagnostic>> {
    yaml::parse(piece, source, KIND)
}

fn read_pattern(
    source: &SourceFile,
    file: usize,
    key: &str,
    text: &str,
    lexicon: &mut Lexicon,
    problems: &mut Problems,
) -> Option<Pattern> {
    match Pattern::parse(text, lexicon) {
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
