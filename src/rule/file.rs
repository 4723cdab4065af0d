//! Rule files: the YAML shape, and the way from it to a valid [`RuleSet`].

mod build;
mod compact;
mod facts;
mod parameters;
mod required;
mod shape;
mod translation;
mod vocabulary;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use super::builtin::frozen;
use super::compiler::Compiler;
use super::frozen::Thawed;
use super::lexicon::Lexicon;
use super::pattern::Pattern;
use super::program::{EntryId, Program};
use super::reading::Rooms;
use super::{Fact, Reads, Rule, RuleId, RuleSet};
use crate::diagnostic::{Diagnostic, Label};
use crate::source::SourceFile;
use crate::yaml::{self, Mistaken, Piece, find, find_first, line_end};
use build::{Build, order};
pub use compact::Compact;
use compact::Form;
use facts::{read_facts, read_packs};
use required::required_rules;
use shape::{Kind, RULE_KEYS, RuleFields};
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
    /// A configuration, for the words that it requires: each of its names is a rule.
    Required,
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
    /// What it holds in JSON: for built-in files, which are known to be right and are read at every start of the program.
    pub compact: Option<Compact>,
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
    let form = Form::of(&sources, None, examples);
    let facts = read_facts(&sources, form, &mut problems);
    let packs = read_packs(&sources, form, &facts, &mut problems);
    let files = read_rules(&sources, form, &mut problems);
    let Compiled { rules, needs, order, lexicon, entries } =
        compile_files(files, None, &facts, &sources, form, &mut problems);

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
    let form = Form::of(sources, Some(language), examples);
    let files = read_rules(sources, form, &mut Problems::default());
    let files = translated(files, language, sources, form, problems);
    let Compiled { rules, needs, order, lexicon, entries } =
        compile_files(files, Some(language), facts, sources, form, problems);
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
    files: Vec<ReadRule>,
    language: Option<&str>,
    facts: &[Fact],
    sources: &[RuleSource],
    form: Form,
    problems: &mut Problems,
) -> Compiled {
    let frozen = match form {
        Form::Numbered => frozen(language),
        Form::Whole | Form::Written => None,
    };
    let (mut lexicon, ids, entries, frozen) = match frozen {
        Some(Thawed { lexicon, entries, phrases }) => {
            let (names, entries): (Vec<&str>, Vec<Program>) = entries.into_iter().unzip();
            let ids = names.into_iter().enumerate().map(|(id, name)| (Cow::Borrowed(name), EntryId(id))).collect();
            (lexicon, ids, entries, Some(phrases))
        }
        None => {
            let mut lexicon = Lexicon::new();
            let vocabulary = read_vocabulary(sources, language, form, &mut lexicon, problems);
            let (ids, entries) = compile_vocabulary(&vocabulary, sources, &mut lexicon, problems);
            let ids: BTreeMap<Cow<'_, str>, EntryId> = ids.into_iter().map(|(name, id)| (name.into(), id)).collect();
            (lexicon, ids, entries, None)
        }
    };
    let entry = |name: &str| ids.get(name).map(|id| entries[id.0].named(*id));
    let kinds = files.iter().filter_map(|file| Some((file.id.clone()?, file.fields.kind)));
    let known = Known { rules: kinds.collect() };

    let mut regexes = BTreeMap::new();
    let mut rules = Vec::with_capacity(files.len());
    let mut needs = Vec::with_capacity(files.len());
    for ReadRule { file, id, fields, untranslated } in files {
        let RuleSource { source, layer, role, .. } = &sources[file];
        let mut build = Build {
            lexicon: &mut lexicon,
            frozen: frozen.as_ref().filter(|_| *layer == Layer::Builtin),
            compiler: Compiler { entry: &entry },
            names: &ids,
            known: &known,
            facts,
            file,
            source,
            layer: *layer,
            role: *role,
            problems,
            regexes: &mut regexes,
            needs: Vec::new(),
        };
        let reads = if untranslated { Reads::Nothing } else { Reads::Words };
        if let Some(rule) = build.rule(id, *fields, reads) {
            needs.push(build.needs);
            rules.push(rule);
        }
    }
    let own = rules.iter_mut().filter(|rule| sources[rule.source].layer == Layer::User);
    Program::gather(own.flat_map(|rule| rule.kind.programs()));
    // Conditions count rules by their places, which are right only if no rule fell out.
    let order =
        if problems.0.is_empty() { order(&rules, &needs, sources, problems) } else { (0..rules.len()).collect() };
    lexicon.close();
    Compiled { rules, needs, order, lexicon, entries }
}

#[derive(Default)]
struct Problems(Vec<Located>);

impl Problems {
    fn push(&mut self, file: usize, diagnostic: Diagnostic) {
        self.0.push(Located { file, diagnostic });
    }

    fn extend(&mut self, file: usize, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(file, diagnostic));
    }

    fn any_in(&self, file: usize) -> bool {
        self.0.iter().any(|problem| problem.file == file)
    }
}

/// The rules that conditions may name, by id.
struct Known {
    rules: BTreeMap<RuleId, Kind>,
}

/// A rule file as far as it could be read.
struct ReadRule {
    file: usize,
    /// Nothing where the file's id is none.
    id: Option<RuleId>,
    fields: Box<RuleFields>,
    /// Whether it is a rule that no file translates into the language that is compiled for.
    untranslated: bool,
}

/// Reads the rule files, in the order of their ids. Of two layers' rules with one id, the higher layer's stays.
fn read_rules(sources: &[RuleSource], form: Form, problems: &mut Problems) -> Vec<ReadRule> {
    let mut named: BTreeMap<RuleId, ReadRule> = BTreeMap::new();
    let mut unnamed = Vec::new();
    // With the place of the id, where it is known already: it is shown where the id is wrong only.
    let mut all: Vec<(usize, Option<Range<usize>>, Box<RuleFields>)> = Vec::new();
    for (file, given) in sources.iter().enumerate().filter(|(_, given)| given.language.is_none()) {
        match given.role {
            Role::Rule => {
                let fields: Box<RuleFields> =
                    form.read(given).unwrap_or_else(|| Box::new(read_fields(given, file, problems)));
                all.push((file, None, fields));
            }
            Role::Required => all.extend(required_rules(&given.source).map(|(at, fields)| (file, Some(at), fields))),
            Role::Vocabulary | Role::Pack | Role::Profile => {}
        }
    }
    for (file, at, fields) in all {
        let RuleSource { source, layer, .. } = &sources[file];
        let place = || at.unwrap_or_else(|| find(source, "id", &fields.id));
        let Some(id) = RuleId::parse(&fields.id) else {
            // A file without any id is reported for that.
            if !fields.id.is_empty() {
                let message = format!("`{}` is no rule id", fields.id);
                let help =
                    "a rule id is a pack and a name in lower-case letters, digits and hyphens: `pack/name-of-rule`";
                let label = Label::new(source.span(place()), "");
                problems.push(file, Diagnostic::error("rule-file/id", message, label).with_help(help));
            }
            unnamed.push(ReadRule { file, id: None, fields, untranslated: false });
            continue;
        };
        let twin = named.get(&id).map(|other| &sources[other.file]).filter(|other| other.layer == *layer);
        if let Some(twin) = twin {
            let message = format!("`{id}` is defined in {} already", twin.source.name());
            let help = "give one of the two another id";
            let label = Label::new(source.span(place()), "");
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
                read_whole(piece, source, &mut $field)
            };
        }
        // One entry of a list is wrong: the others are still to be checked.
        macro_rules! set_entries {
            ($field:expr) => {
                read_entries(piece, source, &mut $field)
            };
        }
        let done = match piece.key {
            "id" => set!(fields.id),
            "title" => set!(fields.title),
            "kind" => set!(fields.kind),
            "severity" => set!(fields.severity),
            "level" => set!(fields.level),
            "group" => set!(fields.group),
            "cite" => set_entries!(fields.cite),
            "why" => set!(fields.why),
            "evidence" => set_entries!(fields.evidence),
            "further" => set_entries!(fields.further),
            "vague" => set_entries!(fields.vague),
            "forbidden" => set_entries!(fields.forbidden),
            "report" => set!(fields.report),
            "claims" => set!(fields.claims),
            "check" => set!(fields.check),
            "parameters" => set!(fields.parameters),
            "unless" => set_entries!(fields.unless),
            "when" => set!(fields.when),
            "place" => set_entries!(fields.place),
            "values" => set!(fields.values),
            "compare" => set!(fields.compare),
            "message" => set!(fields.message),
            "help" => set!(fields.help),
            "draft" => set!(fields.draft),
            "examples" => set!(fields.examples),
            _ => Err(vec![piece.unknown_key(source, KIND, "a rule file", &RULE_KEYS)]),
        };
        if let Err(mistakes) = done {
            problems.extend(file, mistakes);
            unread.push(piece.key);
        }
    }
    if unread.contains(&"kind") {
        fields.kind = probable_kind(&pieces);
    }
    if !pieces.is_empty() {
        missing_keys(source, file, &pieces, &fields, &unread, problems);
    }
    fields
}

/// The kind of a rule whose `kind:` can't be read, by what it looks for: that mistake is one, and not one for each key that
/// goes with the kind that was meant.
fn probable_kind(pieces: &[Piece<'_>]) -> Kind {
    let kinds = [("forbidden", Kind::Forbidden), ("claims", Kind::Conflict), ("check", Kind::Structure)];
    let has = |key: &str| pieces.iter().any(|piece| piece.key == key);
    kinds.into_iter().find(|(key, _)| has(key)).map_or(Kind::Disclosure, |(_, kind)| kind)
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
    let is_sure = |key: &&str| *key != sought || !unread.contains(&"kind");
    let missing = needed.iter().filter(|key| lacks(key) && is_sure(key));
    let missing: Vec<String> = missing.map(|key| format!("`{key}:`")).collect();
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
    problems.extend(file, found);
    pieces
}

/// Reads a value into its place if nothing is wrong with it.
fn read_whole<T: DeserializeOwned>(
    piece: &Piece<'_>,
    source: &SourceFile,
    place: &mut T,
) -> Result<(), Vec<Diagnostic>> {
    yaml::parse(piece, source, KIND).map(|value| *place = value).map_err(|mistaken| mistaken.problems)
}

/// Reads a value into its place without the entries that something is wrong with.
fn read_entries<T: DeserializeOwned>(
    piece: &Piece<'_>,
    source: &SourceFile,
    place: &mut T,
) -> Result<(), Vec<Diagnostic>> {
    let Mistaken { problems, entries, .. } = match yaml::parse(piece, source, KIND) {
        Ok(value) => {
            *place = value;
            return Ok(());
        }
        Err(mistaken) => mistaken,
    };
    entries.into_iter().for_each(|entries| *place = entries);
    Err(problems)
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
            let whole =
                if text.is_empty() { find_first(source, key, &["''", "\"\""]) } else { find(source, key, text) };
            // The error's own place, where the pattern stands in the file letter by letter.
            let exact = source.text()[whole.clone()] == *text;
            let at = if exact { whole.start + error.at.start..whole.start + error.at.end } else { whole };
            problems
                .push(file, Diagnostic::error("rule-file/pattern", error.message, Label::new(source.span(at), "here")));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{builtin_sources, language_of};
    use super::*;

    /// A user's file.
    fn own((path, text): &(&str, &str)) -> RuleSource {
        RuleSource {
            source: SourceFile::new(*path, text.as_bytes()),
            role: Role::of(path),
            language: language_of(path),
            layer: Layer::User,
            compact: None,
        }
    }

    /// What is wrong with a user's files, a line for each mistake: file and line, what is marked, what is said of it.
    fn mistakes(files: &[(&str, &str)]) -> String {
        let (rules, problems) = compile(files.iter().map(own).collect(), Examples::Read);
        let shown = |Located { file, diagnostic }: &Located| {
            let source = &rules.sources()[*file].source;
            let span = diagnostic.primary.span;
            let marked = source.slice(span).lines().next().unwrap_or_default();
            let help = diagnostic.help.iter().map(|help| format!(" ({help})")).collect::<String>();
            format!(
                "{}:{} [{marked}] {}: {}{help}",
                source.name(),
                source.position(span.start()).line,
                diagnostic.code,
                diagnostic.message
            )
        };
        problems.iter().map(shown).collect::<Vec<_>>().join("\n")
    }

    fn forbidden(id: &str, more: &str) -> String {
        format!(
            "id: acme/{id}\ntitle: X\nkind: forbidden\ncite: [x]\nwhy: x\nhelp: x\nmessage: {{found: x}}\n\
             examples: {{found: []}}\n{more}"
        )
    }

    fn disclosure(id: &str, more: &str) -> String {
        let vague = if more.contains("vague:") { ", vague: x" } else { "" };
        format!(
            "id: acme/{id}\ntitle: X\nkind: disclosure\ncite: [x]\nwhy: x\nhelp: x\nmessage: {{missing: x{vague}}}\n\
             evidence: ['x']\nexamples: {{disclosed: []}}\n{more}"
        )
    }

    const FACTS: &str = "role:\n  about: What it is.\n  values: {controller: It decides., processor: It is told.}\n";

    #[test]
    fn what_is_right_has_no_mistakes() {
        let when = "when: {all: [{not: {claim: ['y']}}, {any: [{disclosure: acme/a, is: [missing, vague, not-applicable]}]}, \
                    {profile: {role: [controller, unsaid]}}]}\n";
        let phrases = "vague: [{phrase: 'y', with: ['z'], within: clause}, {phrase: 'w', with: ['z'], within: document}, \
                       {phrase: 'v', with: ['z'], within: section}, {phrase: 'u', with: ['z'], within: 3}]\n";
        let files = [
            ("acme/a.yaml", disclosure("a", "")),
            ("acme/b.yaml", disclosure("b", &format!("{when}{phrases}"))),
            ("acme/c.yaml", forbidden("c", "forbidden: ['<y>', {regex: 'y+'}]\n")),
            ("vocabulary/a.yaml", "y: ['y ...40 y', '(a|b)']\n".to_owned()),
            ("packs/acme.yaml", "id: acme\ntitle: A\nabout: A.\nprofile: {role: [processor, unsaid]}\n".to_owned()),
            ("profile/facts.yaml", FACTS.to_owned()),
            ("de/acme/a.yaml", "id: acme/a\nevidence: ['<x>']\nexamples: {}\n".to_owned()),
            ("de/vocabulary/a.yaml", "x: ['ja']\n".to_owned()),
        ];
        assert_eq!(mistakes(&files.each_ref().map(|(path, text)| (*path, text.as_str()))), "");
    }

    #[test]
    fn programs_of_ones_own_rules_lie_one_after_another() {
        let phrases =
            "unless: ['o']\nvague: [{phrase: 'y', heading: 'h', with: ['w'], not: ['n']}, {regex: 'r', not: ['m']}]\n";
        let files = [
            ("acme/a.yaml", &*disclosure("a", phrases)),
            ("acme/b.yaml", &*forbidden("b", "forbidden: ['y ...3 z', 'v']\nunless: ['u']\n")),
        ];
        let builtin = builtin_sources(Examples::Skip).into_iter();
        let (mut rules, problems) = compile(builtin.chain(files.iter().map(own)).collect(), Examples::Skip);
        assert_eq!(problems, []);
        let rules = rules.rules.iter_mut().filter(|rule| rule.id.pack() == "acme");
        let programs = rules.flat_map(|rule| rule.kind.programs()).map(|program| program.numbers().as_ptr_range());
        let places: Vec<Range<*const u32>> = programs.collect();
        assert_eq!(places.len(), 10);
        assert!(places.windows(2).all(|next| next[0].end == next[1].start));
    }

    #[test]
    fn phrases_say_what_is_wrong_with_them() {
        let phrases = "values: [one]\nforbidden:\n  - {phrase: 'x', regex: 'x'}\n  - {with: ['y']}\n  - {phrase: 'x', within: 3}\n\
                       evidence: []\n";
        let value = "values: [one, two]\nvague: [{phrase: 'x', value: three}, {phrase: 'y', value: two}]\n";
        let within = |within: &str| format!("vague: [{{phrase: 'x', with: ['y'], within: {within}}}]\n");
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &forbidden("a", phrases)),
            ("b.yaml", &disclosure("b", value)),
            ("c.yaml", &disclosure("c", &within("51"))),
            ("d.yaml", &disclosure("d", &within("chapter"))),
            ("e.yaml", &disclosure("e", &within("[1]"))),
            ("f.yaml", &disclosure("f", "vague: [{phrase: 'x', value: one}]\n")),
            ("g.yaml", &disclosure("g", "vague: [[x]]\n")),
        ]), @"
        a.yaml:11 [x] rule-file/phrase: a phrase has either `phrase:` or `regex:`
        a.yaml:12 [y] rule-file/phrase: a phrase has either `phrase:` or `regex:`
        a.yaml:13 [within:] rule-file/phrase: `within:` says how near `with:` is; there is no `with:`
        b.yaml:11 [three] rule-file/value: `three` is none of the rule's `values:`
        c.yaml:10 [51] rule-file/yaml: vague.within: invalid value: integer `51`, expected a number of clauses from 0 to 50, `clause`, `section` or `document`
        d.yaml:10 [chapter] rule-file/yaml: vague.within: unknown variant `chapter`, expected one of `clause`, `section`, `document`
        e.yaml:10 [[1]] rule-file/yaml: vague.within: invalid type: sequence, expected a number of clauses from 0 to 50, `clause`, `section` or `document`
        f.yaml:10 [one] rule-file/value: `one` is none of the rule's `values:`
        g.yaml:10 [[x]] rule-file/yaml: vague: invalid type: sequence, expected a pattern in quotes, or a map with `phrase:` or `regex:`
        ");
    }

    /// Of a list with an entry that can't be read, the others are checked all the same.
    #[test]
    fn all_entries_of_a_list_say_what_is_wrong_with_them() {
        let entries = "[{phrase: 'x', nearby: 1}, 'a, b']\n";
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &forbidden("a", &format!("forbidden: {entries}"))),
            ("b.yaml", &disclosure("b", &format!("vague: {entries}"))),
            ("c.yaml", &disclosure("c", "").replace("evidence: ['x']\n", &format!("evidence: {entries}"))),
        ]), @"
        a.yaml:9 [nearby: 1] rule-file/yaml: forbidden: unknown field `nearby`, expected one of `phrase`, `regex`, `heading`, `with`, `within`, `not`, `not-under`, `value`
        a.yaml:9 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        b.yaml:10 [nearby: 1] rule-file/yaml: vague: unknown field `nearby`, expected one of `phrase`, `regex`, `heading`, `with`, `within`, `not`, `not-under`, `value`
        b.yaml:10 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        c.yaml:8 [nearby: 1] rule-file/yaml: evidence: unknown field `nearby`, expected one of `phrase`, `regex`, `heading`, `with`, `within`, `not`, `not-under`, `value`
        c.yaml:8 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        ");
    }

    #[test]
    fn a_mistake_in_an_entry_of_a_list_hides_none_in_the_others() {
        let entries = "forbidden: [{regex: '('}, {phrase: foo, with: [a], within: -1}, '', {}]\n";
        let conditions = "when: {all: [{claim: 3}, {profil: x}, {is: [missed, vage]}]}\n";
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &forbidden("a", entries)),
            ("b.yaml", &disclosure("b", conditions)),
            ("c.yaml", &disclosure("c", "").replace("{disclosed: []}", "{disclosed: [3, x, {txt: x}], missing: 3, mising: []}")),
        ]), @"
        a.yaml:9 [(] rule-file/regex: unclosed group
        a.yaml:9 [-1] rule-file/yaml: forbidden.within: invalid type: integer `-1`, expected a number of clauses from 0 to 50, `clause`, `section` or `document`
        a.yaml:9 [''] rule-file/pattern: expected a word, `(`, `<` or `...`
        a.yaml:9 [{}] rule-file/phrase: a phrase has either `phrase:` or `regex:`
        b.yaml:10 [3] rule-file/yaml: when.all.claim: invalid type: integer `3`, expected a sequence
        b.yaml:10 [profil: x] rule-file/yaml: when.all: unknown field `profil`, expected one of `claim`, `disclosure`, `is`, `profile`, `all`, `any`, `not` (did you mean `profile`?)
        b.yaml:10 [missed] rule-file/yaml: when.all.is: unknown variant `missed`, expected one of `disclosed`, `vague`, `missing`, `not-applicable`
        b.yaml:10 [vage] rule-file/yaml: when.all.is: unknown variant `vage`, expected one of `disclosed`, `vague`, `missing`, `not-applicable` (did you mean `vague`?)
        c.yaml:9 [3] rule-file/yaml: examples.disclosed: invalid type: integer `3`, expected a text, or a map with `text:` and `value:` or `profile:`
        c.yaml:9 [txt: x] rule-file/yaml: examples.disclosed: unknown field `txt`, expected one of `text`, `value`, `profile` (did you mean `text`?)
        c.yaml:9 [3] rule-file/yaml: examples.missing: invalid type: integer `3`, expected a sequence
        c.yaml:9 [mising: []] rule-file/yaml: examples: unknown field `mising`, expected one of `disclosed`, `vague`, `missing`, `not-applicable`, `found`, `clean` (did you mean `missing`?)
        ");
    }

    #[test]
    fn patterns_that_ask_for_nothing_are_told() {
        let entries = "forbidden:\n  - {phrase: x, with: []}\n  - phrase: x\n    not: [] # none\n  - 'a*b'\n";
        insta::assert_snapshot!(mistakes(&[("a.yaml", &forbidden("a", entries))]), @"
        a.yaml:10 [[]] rule-file/yaml: forbidden.with: expected at least one pattern
        a.yaml:12 [[] # none] rule-file/yaml: forbidden.not: expected at least one pattern
        a.yaml:13 [b] rule-file/pattern: a `*` ends a word: `a*` is any word that starts so
        ");
    }

    #[test]
    fn a_key_that_stands_twice_hides_nothing_else() {
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &forbidden("a", "forbidden: ['<a1> x', 'y']\ntitle: Y\ncolour: red\nunless: ['a, b']\n")),
            ("vocabulary/a.yaml", "a1: ['x']\na2: ['<a1> x']\na1: ['y', 'a, b']\nnone: []\n"),
        ]), @"
        a.yaml:10 [title] rule-file/yaml: the key `title` stands here a second time (write what both are to say under one of them)
        a.yaml:11 [colour] rule-file/key: `colour` is no key of a rule file (the keys are: id, title, kind, severity, level, group, cite, why, evidence, further, vague, forbidden, report, claims, check, parameters, unless, when, place, values, compare, message, help, draft, examples)
        a.yaml:12 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        vocabulary/a.yaml:3 [a1] rule-file/yaml: the key `a1` stands here a second time (write what both are to say under one of them)
        vocabulary/a.yaml:3 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        vocabulary/a.yaml:4 [none] vocabulary/pattern: the vocabulary entry `none` has no patterns
        ");
    }

    #[test]
    fn a_kind_that_is_none_is_one_mistake() {
        let misspelt = |rule: String| rule.replace("kind: ", "kind: x");
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &misspelt(forbidden("a", "forbidden: ['x', 'a, b']\n"))),
            ("b.yaml", &misspelt(disclosure("b", ""))),
            ("c.yaml", &misspelt(disclosure("c", "").replace("evidence: ['x']\n", ""))),
        ]), @"
        a.yaml:3 [xforbidden] rule-file/yaml: kind: unknown variant `xforbidden`, expected one of `disclosure`, `forbidden`, `conflict`, `structure` (did you mean `forbidden`?)
        a.yaml:9 [,] rule-file/pattern: `,` means nothing in a pattern: patterns are made of words, `word*`, `(a|b)`, `(a)?`, `<name>` and `...`
        b.yaml:3 [xdisclosure] rule-file/yaml: kind: unknown variant `xdisclosure`, expected one of `disclosure`, `forbidden`, `conflict`, `structure` (did you mean `disclosure`?)
        c.yaml:3 [xdisclosure] rule-file/yaml: kind: unknown variant `xdisclosure`, expected one of `disclosure`, `forbidden`, `conflict`, `structure` (did you mean `disclosure`?)
        ");
    }

    #[test]
    fn conditions_say_what_is_wrong_with_them() {
        let when = |id: &str, when: &str| disclosure(id, &format!("when: {when}\n"));
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &when("a", "{}")),
            ("b.yaml", &when("b", "{claim: ['x'], not: {claim: ['y']}}")),
            ("c.yaml", &when("c", "{disclosure: acme/a}")),
            ("d.yaml", &when("d", "{is: [missing]}")),
            ("e.yaml", &when("e", "{disclosure: acme/z, is: [missing]}")),
            ("f.yaml", &when("f", "{disclosure: acme/zebra, is: [missing]}")),
            ("g.yaml", &when("g", "{any: [{profile: {rolle: controller}}, {profile: {role: king}}]}")),
            ("profile/facts.yaml", FACTS),
            ("z.yaml", &forbidden("z", "forbidden: ['x']\n")),
        ]), @"
        a.yaml:10 [when] rule-file/when: a condition has one of `claim`, `profile`, `all`, `any`, `not`, or `disclosure` with `is`
        b.yaml:10 [when] rule-file/when: a condition has one of `claim`, `profile`, `all`, `any`, `not`, or `disclosure` with `is`
        c.yaml:10 [when] rule-file/when: a condition has one of `claim`, `profile`, `all`, `any`, `not`, or `disclosure` with `is`
        d.yaml:10 [when] rule-file/when: a condition has one of `claim`, `profile`, `all`, `any`, `not`, or `disclosure` with `is`
        e.yaml:10 [acme/z] rule-file/when: `acme/z` is no disclosure: it has no status
        f.yaml:10 [acme/zebra] rule-file/when: there is no rule `acme/zebra`
        g.yaml:10 [controller] rule-file/profile: a profile has no `rolle`; did you mean `role`?
        g.yaml:10 [king] rule-file/profile: `role` is never `king`; there are: controller, processor
        ");
    }

    #[test]
    fn conditions_that_go_in_a_circle_are_told() {
        let when = |id: &str, other: &str| {
            disclosure(id, &format!("when: {{not: {{disclosure: acme/{other}, is: [missing]}}}}\n"))
        };
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &when("a", "b")),
            ("b.yaml", &when("b", "a")),
            ("c.yaml", &when("c", "c")),
            ("d.yaml", &when("d", "e")),
            ("e.yaml", &disclosure("e", "")),
        ]), @"
        a.yaml:10 [when] rule-file/when: the conditions go in a circle: whether `acme/a` is asked for depends on itself
        b.yaml:10 [when] rule-file/when: the conditions go in a circle: whether `acme/b` is asked for depends on itself
        c.yaml:10 [when] rule-file/when: the conditions go in a circle: whether `acme/c` is asked for depends on itself
        ");
    }

    #[test]
    fn examples_say_what_is_wrong_with_them() {
        let example = "evidence: ['x']\nexamples:\n  disclosed: [{text: X., profile: {role: king}}]\n  found: ['X.']\n  clean: []\n";
        let other = "forbidden: ['x']\nexamples: {missing: ['Y.'], vague: ['Z.']}\n";
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &disclosure("a", "").replace("evidence: ['x']\nexamples: {disclosed: []}\n", example)),
            ("b.yaml", &forbidden("b", "").replace("examples: {found: []}\n", other)),
            ("profile/facts.yaml", FACTS),
        ]), @"
        a.yaml:10 [king] rule-file/profile: `role` is never `king`; there are: controller, processor
        a.yaml:11 [found] rule-file/examples: a rule of this kind has no `found` examples
        b.yaml:9 [missing] rule-file/examples: a rule of this kind has no `missing` examples
        b.yaml:9 [vague] rule-file/examples: a rule of this kind has no `vague` examples
        ");
    }

    #[test]
    fn packs_and_facts_say_what_is_wrong_with_them() {
        insta::assert_snapshot!(mistakes(&[
            ("packs/a.yaml", "id: a\ntitle: A\nabout:\n"),
            ("packs/b.yaml", "id: b\ntitle: B\n"),
            ("packs/c.yaml", "id: c\ntitle: C\nabout: C.\nprofil: {}\n"),
            ("packs/d.yaml", "id: d\ntitle: D\nabout: D.\nprofile: {role: king}\n"),
            ("packs/e.yaml", "title: E\nabout: E.\n"),
            ("packs/f.yaml", "id: f\nabout: F.\n"),
            ("profile/a.yaml", FACTS),
            ("profile/b.yaml", "size: {about: How large., values: {unsaid: Nobody knows.}}\nage: old\n"),
        ]), @r#"
        packs/a.yaml:1 [] rule-file/key: a pack has `id:`, `title:` and `about:`
        packs/b.yaml:1 [] rule-file/key: a pack has `id:`, `title:` and `about:`
        packs/c.yaml:4 [profil] rule-file/key: `profil` is no key of a pack file (did you mean `profile`?)
        packs/d.yaml:4 [king] rule-file/profile: `role` is never `king`; there are: controller, processor
        packs/e.yaml:1 [] rule-file/key: a pack has `id:`, `title:` and `about:`
        packs/f.yaml:1 [] rule-file/key: a pack has `id:`, `title:` and `about:`
        profile/b.yaml:1 [unsaid] rule-file/fact: `unsaid` stands for a fact that is not given: no value can be called so
        profile/b.yaml:2 [old] rule-file/yaml: age: invalid type: string "old", expected `about:` and `values:`
        "#);
    }

    #[test]
    fn vocabularies_say_what_is_wrong_with_them() {
        insta::assert_snapshot!(mistakes(&[
            ("vocabulary/a.yaml", "one: ['x']\nOne: ['x']\none_two: ['x']\nlink: ['x']\nthree: x\nfour: ['<onne>', '<zebra>', 'a (b|c ... d)']\n"),
            ("vocabulary/b.yaml", "one: ['y']\nfive: ['<six> x']\nsix: ['<five> y']\nseven: ['<seven>']\neight: ['<five> z']\nnine: ['<zebra> <onne>']\n"),
        ]), @r#"
        vocabulary/a.yaml:2 [One] vocabulary/name: `One` is no name for a vocabulary entry (use lower-case letters, digits and hyphens; number, email, url and link are taken)
        vocabulary/a.yaml:3 [one_two] vocabulary/name: `one_two` is no name for a vocabulary entry (use lower-case letters, digits and hyphens; number, email, url and link are taken)
        vocabulary/a.yaml:4 [link] vocabulary/name: `link` is no name for a vocabulary entry (use lower-case letters, digits and hyphens; number, email, url and link are taken)
        vocabulary/a.yaml:5 [x] rule-file/yaml: three: invalid type: string "x", expected a sequence
        vocabulary/a.yaml:6 [four] vocabulary/pattern: a vocabulary entry holds no gap without a count (write `...5` for a gap of at most five words)
        vocabulary/a.yaml:6 [<onne>] rule-file/vocabulary: the vocabulary has no entry `onne` (did you mean `<one>`?)
        vocabulary/a.yaml:6 [<zebra>] rule-file/vocabulary: the vocabulary has no entry `zebra` (define `zebra:` in a file of the folder `vocabulary`)
        vocabulary/b.yaml:1 [one] vocabulary/name: the vocabulary entry `one` is defined twice
        vocabulary/b.yaml:2 [five] vocabulary/cycle: the vocabulary entry `five` names itself, by way of `<six>`
        vocabulary/b.yaml:3 [six] vocabulary/cycle: the vocabulary entry `six` names itself, by way of `<five>`
        vocabulary/b.yaml:4 [seven] vocabulary/cycle: the vocabulary entry `seven` names itself, by way of `<seven>`
        vocabulary/b.yaml:6 [<zebra>] rule-file/vocabulary: the vocabulary has no entry `zebra` (define `zebra:` in a file of the folder `vocabulary`)
        vocabulary/b.yaml:6 [<onne>] rule-file/vocabulary: the vocabulary has no entry `onne` (did you mean `<one>`?)
        "#);
        assert_eq!(
            mistakes(&[("vocabulary/a.yaml", "one: ['x', 'y <one>']\n")]),
            "vocabulary/a.yaml:1 [one] vocabulary/cycle: the vocabulary entry `one` names itself, by way of `<one>`"
        );
        let many = (0..=5000).map(|number| format!("w{number}: [x]\n")).collect::<String>();
        let told = mistakes(&[("vocabulary/a.yaml", &many)]);
        assert!(told.starts_with("vocabulary/a.yaml:5001 [w5000] vocabulary/size"), "{told}");
        assert_eq!(told.lines().count(), 1);
    }

    #[test]
    fn translations_say_what_is_wrong_with_them() {
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &disclosure("a", "")),
            ("de/a.yaml", "id: acme/a\nevidence: ['ja']\nexamples: {}\n"),
            ("de/b.yaml", "id: acme/a\nevidence: ['nein']\nexamples: {}\n"),
            ("de/c.yaml", "id: acme/c\nexamples: {}\n"),
            ("de/d.yaml", "id: acme/zebra\nforbidden: ['nein']\n"),
            ("de/e.yaml", "id: acme/e\nclaims: {}\n"),
            ("fr/a.yaml", "id: acme/a\nevidence: ['<oui>']\ntitle: A\nexamples: {}\n"),
        ]), @"
        de/b.yaml:1 [acme/a] rule-file/id: `acme/a` is translated in de/a.yaml already
        de/c.yaml:1 [] rule-file/key: a translation has `id:` and `evidence:`, `forbidden:` or `claims:`, and `examples:`
        de/c.yaml:1 [acme/c] rule-file/translation: there is no rule `acme/c` to translate (did you mean `acme/a`?)
        de/d.yaml:1 [acme/zebra] rule-file/translation: there is no rule `acme/zebra` to translate (a file in a folder named after a language translates a rule)
        de/e.yaml:1 [acme/e] rule-file/translation: there is no rule `acme/e` to translate (did you mean `acme/a`?)
        de/e.yaml:2 [{}] rule-file/yaml: claims: invalid type: map, expected a sequence
        fr/a.yaml:2 [<oui>] rule-file/vocabulary: the vocabulary has no entry `oui` (define `oui:` in a file of the folder `vocabulary`)
        fr/a.yaml:3 [title] rule-file/key: `title` is no key of a translation of a rule (the keys are: id, evidence, further, vague, forbidden, claims, unless, when, place, compare, examples)
        ");
    }

    #[test]
    fn structure_rules_say_what_is_wrong_with_their_parameters() {
        let check = |id: &str, check: &str, parameters: &str| {
            format!(
                "id: acme/{id}\ntitle: X\nkind: structure\ncheck: {check}\ncite: [x]\nwhy: x\nhelp: x\nmessage: {{found: x}}\n\
                 {parameters}examples: {{found: []}}\n"
            )
        };
        insta::assert_snapshot!(mistakes(&[
            ("a.yaml", &check("a", "stale-date", "parameters: {patterns: ['x'], lix: 3}\n")),
            ("b.yaml", &check("b", "empty-link", "parameters: {words: 3}\n")),
            ("c.yaml", &check("c", "hard-section", "")),
            ("d.yaml", &check("d", "missing-heading", "parameters: {patterns: ['(x'], except: ['x']}\n")),
            ("e.yaml", &check("e", "no-such", "")),
            ("f.yaml", &check("f", "long-sentence", "parameters: {words: many}\n")),
            ("g.yaml", &check("g", "undefined-acronym", "parameters: {acronyms: {DPO: officer}}\n")),
        ]), @r#"
        a.yaml:4 [check] rule-file/parameter: this check needs `days:` in `parameters:`
        a.yaml:9 [lix] rule-file/parameter: this check has no parameter `lix`; it has `patterns`, `days`, `except`
        b.yaml:9 [words] rule-file/parameter: this check has no parameter `words`; it has none
        c.yaml:4 [check] rule-file/parameter: this check needs `words:` in `parameters:`
        c.yaml:4 [check] rule-file/parameter: this check needs `lix:` in `parameters:`
        d.yaml:9 [(x] rule-file/regex: unclosed group
        d.yaml:9 [except] rule-file/parameter: this check has no parameter `except`; it has `patterns`
        e.yaml:4 [no-such] rule-file/yaml: check: unknown variant `no-such`, expected one of `impossible-date`, `future-date`, `stale-date`, `no-date`, `placeholder`, `misdecoded-text`, `hidden-character`, `mixed-script`, `example-address`, `cut-off-sentence`, `missing-list`, `unbalanced-bracket`, `unbalanced-quote`, `repeated-heading`, `question-in-list`, `missing-heading`, `misplaced-heading`, `empty-section`, `repeated-paragraph`, `broken-reference`, `broken-contents-entry`, `broken-anchor`, `empty-link`, `long-sentence`, `long-section`, `hard-section`, `undefined-term`, `unused-term`, `undefined-acronym`, `unused-suppression`, `expired-suppression`, `malformed-suppression`
        f.yaml:9 [many] rule-file/yaml: parameters.words: invalid type: string "many", expected a whole number from 0 to 4294967295
        "#);
    }
}
