//! Rules: what a policy must or must not say, as data.
//!
//! A [`RuleSet`] is compiled and valid: whatever is wrong in a rule file has become a diagnostic before (`rule::file`).
//! This module knows phrases, conditions and statuses, and no law: what the law asks stands in the rule files.

#[allow(dead_code, reason = "the build script writes what the program reads")]
mod automaton;
mod builtin;
mod compiler;
pub(crate) mod digest;
mod expression;
mod file;
#[allow(dead_code, reason = "the build script writes what the program reads")]
mod frozen;
mod lexicon;
mod numbers;
mod pattern;
mod phrase;
mod positions;
mod prefilter;
mod profile;
mod program;
mod reading;
mod structure;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use builtin::{builtin_sources, language_of};
use file::compile_language;
pub use file::{Compact, Examples, Layer, Located, Role, RuleSource, compile};
pub use pattern::PatternError;
pub use profile::{Fact, Profile, ProfileError, Takes};
pub use structure::Structure;

pub(crate) use digest::Digest;
pub(crate) use expression::LazyRegex;
pub(crate) use pattern::pattern_error;
pub(crate) use phrase::Within;
pub(crate) use program::Program;
pub(crate) use reading::{Among, Match, Reading};
pub(crate) use structure::{Patterns, StructureCheck, Words};

pub(crate) use crate::yaml::did_you_mean;

use crate::diagnostic::Severity;
use crate::document::{Document, Language};
use lexicon::Lexicon;
use profile::FactIs;
use reading::{Rooms, Wanted};

/// A rule's id: a pack and a name in lower-case letters, digits and hyphens, as in `pack/name-of-rule`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(String);

impl RuleId {
    /// Reads an id; nothing if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase())
                && !name.ends_with('-')
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        match text.split_once('/') {
            Some((pack, name)) if is_name(pack) && is_name(name) => Some(Self(text.to_owned())),
            _ => None,
        }
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the slash.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or(self.as_str(), |(_, name)| name)
    }

    /// The part before the slash.
    pub fn pack(&self) -> &str {
        self.0.split_once('/').map_or("", |(pack, _)| pack)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What came of looking for a disclosure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Stated, specifically enough for the reader to act on.
    Disclosed,
    /// Touched, but not answered.
    Vague,
    /// Not stated anywhere in the document.
    Missing,
    /// Not stated, and its condition does not hold here.
    NotApplicable,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Disclosed, Self::Vague, Self::Missing, Self::NotApplicable];

    /// The name, as rule files and JSON write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disclosed => "disclosed",
            Self::Vague => "vague",
            Self::Missing => "missing",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// How carefully a policy is read. The order is from the least to the most careful.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadingLevel {
    /// What a gate needs: errors and warnings.
    Gate,
    /// And advice.
    Normal,
    /// And what a careful editor wants to be told besides.
    Careful,
}

impl ReadingLevel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gate, Self::Normal, Self::Careful];

    /// The name, as the command line and YAML files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Normal => "normal",
            Self::Careful => "careful",
        }
    }
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// The id, unique in its set.
    pub id: RuleId,
    /// What it is about, in a few words.
    pub title: String,
    /// How bad it is where the rule finds its problem.
    pub severity: Severity,
    /// From which level on it is asked.
    pub level: ReadingLevel,
    /// Rules of one group are shown as one finding; the text names the group.
    pub group: Option<String>,
    /// The authorities that the rule rests on.
    pub cite: Vec<String>,
    /// Why a reader of the policy needs it.
    pub why: String,
    /// What to do about a finding.
    pub help: String,
    /// Wording to start from, with `{what to fill in}`.
    pub draft: Option<String>,
    /// What it looks for.
    pub kind: RuleKind,
    /// Texts with the result that the rule must have on them.
    pub examples: Vec<Example>,
    /// The place of its file in [`RuleSet::sources`].
    pub source: usize,
    /// Whether it can read the language that its set is for.
    pub(crate) reads: Reads,
}

/// Whether a rule can read the language that its set is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Its phrases are in that language.
    Words,
    /// It has not been translated.
    Nothing,
}

impl Rule {
    /// Whether it finds what is wrong with suppressions, which nobody can suppress.
    pub fn is_about_suppressions(&self) -> bool {
        matches!(&self.kind, RuleKind::Structure(structure) if structure.check.is_about_suppressions())
    }
}

/// What a rule looks for.
#[derive(Debug)]
pub enum RuleKind {
    /// Something that the policy must tell.
    Disclosure(Box<Disclosure>),
    /// Something that the policy must not say.
    Forbidden(Box<Forbidden>),
    /// Two things that the policy says and that cannot both hold.
    Conflict(Box<Conflict>),
    /// Something about the form of the document.
    Structure(Structure),
}

impl RuleKind {
    /// The programs that are run to find its phrases, in the order in which they are asked.
    fn programs(&mut self) -> impl Iterator<Item = &mut Program> {
        let (lists, unless): (Vec<&mut Vec<Phrase>>, Vec<&mut Option<Program>>) = match self {
            Self::Disclosure(disclosure) => {
                let Disclosure { evidence, further, vague, unless, .. } = &mut **disclosure;
                (vec![evidence, further, vague], vec![unless])
            }
            Self::Forbidden(forbidden) => (vec![&mut forbidden.phrases], vec![&mut forbidden.unless]),
            Self::Conflict(conflict) => {
                let claims = match &mut conflict.claims {
                    Claims::Opposed { absolute, contrary } => vec![absolute, contrary],
                    Claims::Valued { claim, .. } => vec![claim],
                    Claims::Unread => Vec::new(),
                };
                claims.into_iter().map(|claim| (&mut claim.phrases, &mut claim.unless)).unzip()
            }
            Self::Structure(_) => (Vec::new(), Vec::new()),
        };
        lists.into_iter().flatten().flat_map(Phrase::programs).chain(unless.into_iter().flatten())
    }

    /// Adds what is looked for in statements, in the order in which it is asked for.
    fn add_wanted<'r>(&'r self, wanted: &mut Vec<Wanted<'r>>) {
        match self {
            Self::Disclosure(disclosure) => {
                // Each list is asked for only where there is nothing of those before it.
                let mut before = wanted.len()..wanted.len();
                let mut unsure = Vec::new();
                for list in [&disclosure.evidence, &disclosure.further, &disclosure.vague] {
                    let (sure, others): (Vec<&Phrase>, Vec<&Phrase>) = list.iter().partition(|phrase| phrase.is_sure());
                    sure.into_iter().for_each(|phrase| phrase.add_wanted(before.clone(), wanted));
                    unsure.extend(others.into_iter().map(|phrase| (phrase, before.clone())));
                    before.end = wanted.len();
                }
                unsure.into_iter().for_each(|(phrase, before)| phrase.add_wanted(before, wanted));
                wanted.extend(disclosure.unless.iter().map(Wanted::longest));
            }
            Self::Forbidden(forbidden) => {
                forbidden.phrases.iter().for_each(|phrase| phrase.add_wanted(0..0, wanted));
                wanted.extend(forbidden.unless.iter().map(Wanted::longest));
            }
            Self::Conflict(conflict) => {
                let claims = match &conflict.claims {
                    Claims::Opposed { absolute, contrary } => vec![absolute, contrary],
                    Claims::Valued { claim, .. } => vec![claim],
                    Claims::Unread => Vec::new(),
                };
                for claim in claims {
                    claim.phrases.iter().for_each(|phrase| phrase.add_wanted(0..0, wanted));
                    wanted.extend(claim.unless.iter().map(Wanted::longest));
                    wanted.extend([&claim.not, &claim.not_next].into_iter().flatten().map(Wanted::statement));
                }
            }
            Self::Structure(_) => {}
        }
    }
}

/// Something that the policy must tell.
#[derive(Debug)]
pub struct Disclosure {
    pub(crate) evidence: Vec<Phrase>,
    /// What shows it, too, and is looked for only where that is not found.
    pub(crate) further: Vec<Phrase>,
    pub(crate) vague: Vec<Phrase>,
    pub(crate) unless: Option<Program>,
    pub(crate) when: Option<Condition>,
    /// Headings that it belongs under, the best first.
    pub(crate) place: Vec<Program>,
    /// The values that it can have, the strongest first; empty if it has none.
    pub(crate) values: Vec<String>,
    /// What the claim consists of, to be compared between two versions of a policy.
    pub(crate) compare: Vec<Content>,
    pub(crate) missing_message: String,
    pub(crate) vague_message: String,
}

/// A part of what a claim consists of.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) program: Program,
    /// What all its matches say; nothing where their words do.
    pub(crate) name: Option<String>,
    pub(crate) additions: Additions,
}

/// Whether an edit that adds content, and takes none away, is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Additions {
    Told,
    Ignored,
}

/// Something that the policy must not say.
#[derive(Debug)]
pub struct Forbidden {
    pub(crate) phrases: Vec<Phrase>,
    pub(crate) unless: Option<Program>,
    pub(crate) when: Option<Condition>,
    pub(crate) reported: Reported,
    pub(crate) message: String,
}

/// How the places of forbidden words are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reported {
    /// Each is a finding.
    Each,
    /// All together are one finding.
    Once,
}

/// Two things that the policy says and that cannot both hold.
#[derive(Debug)]
pub struct Conflict {
    pub(crate) claims: Claims,
    pub(crate) when: Option<Condition>,
    pub(crate) message: String,
}

/// The claims of a conflict.
#[derive(Debug)]
pub(crate) enum Claims {
    /// Two that contradict each other.
    Opposed {
        /// The one that leaves no room for the other.
        absolute: Box<Claim>,
        /// The one that contradicts it.
        contrary: Box<Claim>,
    },
    /// One that must say the same wherever it is made.
    Valued { claim: Box<Claim>, value: Box<ClaimValue> },
    /// None: the rule is not translated.
    Unread,
}

/// Something that the policy says.
#[derive(Debug)]
pub(crate) struct Claim {
    /// What it says, in a few words.
    pub(crate) says: String,
    pub(crate) phrases: Vec<Phrase>,
    pub(crate) unless: Option<Program>,
    /// What narrows the claim where it is found in the same clause.
    pub(crate) not: Option<Program>,
    /// The same for the next clause.
    pub(crate) not_next: Option<Program>,
    /// The same for the headings above.
    pub(crate) not_under: Option<Program>,
    /// How to tell what the claim is about, where claims about different things are none that contradict each other.
    pub(crate) about: Option<About>,
}

/// What a claim must say the same wherever it is made.
#[derive(Debug)]
pub(crate) struct ClaimValue {
    /// The words that are the value.
    pub(crate) words: Vec<Content>,
    /// What says of a clause that its value is the largest that there can be.
    pub(crate) at_most: Option<Program>,
    /// What says of a clause that its value is the smallest that there can be.
    pub(crate) at_least: Option<Program>,
}

/// How to tell what a claim is about: by all words of its clause that are not known to make no difference.
#[derive(Debug)]
pub(crate) struct About {
    /// Words that mean the same thing.
    pub(crate) subject: Vec<Content>,
    /// Words that make no difference. Each pattern is searched for itself: of those that end at one word a program finds
    /// the shortest.
    pub(crate) ignore: Vec<Program>,
    /// The same in the headings above.
    pub(crate) ignore_under: Vec<Program>,
}

/// What to look for in a clause, and what must be there besides.
#[derive(Debug)]
pub(crate) struct Phrase {
    pub(crate) search: Search,
    pub(crate) heading: Option<Box<Program>>,
    pub(crate) with: Option<Box<With>>,
    pub(crate) not: Option<Box<Program>>,
    pub(crate) not_under: Option<Box<Program>>,
    pub(crate) value: Option<String>,
}

impl Phrase {
    /// Whether nothing else need be there.
    fn is_sure(&self) -> bool {
        self.heading.is_none() && self.with.is_none() && self.not.is_none() && self.not_under.is_none()
    }

    /// The programs that are run to find it.
    fn programs(&mut self) -> impl Iterator<Item = &mut Program> {
        let own = match &mut self.search {
            Search::Pattern(program) => Some(program),
            Search::Regex(_) => None,
        };
        let boxed =
            [&mut self.heading, &mut self.not, &mut self.not_under].into_iter().flatten().map(|program| &mut **program);
        own.into_iter().chain(boxed).chain(self.with.as_mut().map(|with| &mut with.program))
    }

    /// Adds what is looked for in statements, unless something else is found.
    fn add_wanted<'r>(&'r self, instead_of: Range<usize>, wanted: &mut Vec<Wanted<'r>>) {
        let own = match &self.search {
            Search::Pattern(program) => Some(Wanted::shortest(program)),
            Search::Regex(_) => None,
        };
        let with = self.with.as_ref().map(|with| match with.within {
            Within::Clause => Wanted::statement(&with.program),
            Within::Clauses(_) | Within::Section | Within::Document => Wanted::shortest(&with.program),
        });
        let all = own.into_iter().chain(self.not.as_deref().map(Wanted::statement)).chain(with);
        wanted.extend(all.map(|one| Wanted { instead_of: instead_of.clone(), ..one }));
    }
}

/// How a phrase is found.
#[derive(Debug)]
pub(crate) enum Search {
    Pattern(Program),
    /// A regular expression over the clause's own prose.
    Regex(Arc<LazyRegex>),
}

/// What must be found besides a phrase, and how far from it.
#[derive(Debug)]
pub(crate) struct With {
    pub(crate) program: Program,
    pub(crate) within: Within,
}

/// When a disclosure that was not found is asked for, and when forbidden words are looked for.
#[derive(Debug)]
pub(crate) enum Condition {
    /// The document says so somewhere.
    Claim(Program),
    /// Another disclosure has one of these statuses.
    Status {
        rule: usize,
        is: Vec<Status>,
    },
    /// The profile says so.
    Profile(Vec<FactIs>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// A text and what must come of it: a test that is part of the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// A policy, or a piece of one, in Markdown.
    pub text: String,
    /// What the rule must make of it.
    pub expected: Expected,
    /// The value that the disclosure must have, where the example says one.
    pub value: Option<String>,
    /// What the organisation says of itself.
    pub profile: Profile,
}

/// What a rule must make of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A disclosure with this status.
    Status(Status),
    /// A finding of a rule about words or form.
    Found,
    /// No finding of such a rule.
    Clean,
}

impl Expected {
    /// The name, as rule files write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Status(status) => status.name(),
            Self::Found => "found",
            Self::Clean => "clean",
        }
    }
}

/// A pack of rules: those whose ids start with its own.
#[derive(Debug)]
pub struct Pack {
    /// The part of its rules' ids before the slash.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What its rules look at, and on what authority.
    pub about: String,
    profile: Vec<FactIs>,
}

impl Pack {
    /// Whether it concerns an organisation with this profile.
    pub fn concerns(&self, profile: &Profile) -> bool {
        self.profile.iter().all(|asked| profile.fits(asked))
    }
}

/// Rules that are compiled and valid.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// The rules whose status each rule's condition asks for, by their places.
    needs: Vec<Vec<usize>>,
    /// An order in which no rule comes before one whose status its condition asks for.
    order: Vec<usize>,
    packs: Vec<Pack>,
    facts: Vec<Fact>,
    /// The rules as they read other languages, by the languages' ISO 639-1 codes, in the same order.
    languages: BTreeMap<String, OnceLock<Box<Self>>>,
    sources: Vec<RuleSource>,
    lexicon: Lexicon,
    entries: Vec<Program>,
    rooms: Rooms,
}

impl RuleSet {
    /// The rules, in the order of their ids.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule by its id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id.as_str() == id)
    }

    /// Whether a rule can say something of a document in a language: it is translated, or looks at the form alone.
    pub fn can_read(&self, rule: usize, language: Language) -> bool {
        let reads = |rule: &Rule| rule.reads == Reads::Words || matches!(rule.kind, RuleKind::Structure(_));
        self.in_language(language.code()).is_some_and(|rules| reads(&rules.rules[rule]))
    }

    /// The files that they were compiled from.
    pub fn sources(&self) -> &[RuleSource] {
        &self.sources
    }

    /// The ISO 639-1 codes of the languages that they read: their own, then those that they are translated into.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        std::iter::once(Language::English.code()).chain(self.languages.keys().map(String::as_str))
    }

    /// The rules as they read a language, in the same order; nothing where they are not translated into it.
    pub fn in_language(&self, code: &str) -> Option<&Self> {
        if code == Language::English.code() {
            return Some(self);
        }
        let language = self.languages.get(code)?;
        Some(language.get_or_init(|| Box::new(compile_language(&self.sources, code, &self.facts))))
    }

    /// What is told about packs, in the order of their ids. A pack need not be told about.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The facts that a profile can give, in the order of their names.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The pack that a rule belongs to, where something is told about it.
    pub fn pack_of(&self, rule: &Rule) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == rule.id.pack())
    }

    /// The rules whose status a rule's condition asks for, by their places.
    pub(crate) fn needs(&self, rule: usize) -> &[usize] {
        &self.needs[rule]
    }

    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    pub(crate) fn read(&self, document: &Document) -> Reading<'_> {
        let mut reading = Reading::new(document, &self.lexicon, &self.entries, &self.rooms);
        if reading.is_long() {
            let mut wanted = Vec::new();
            self.rules.iter().for_each(|rule| rule.kind.add_wanted(&mut wanted));
            reading.run_ahead(&wanted);
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_pack_and_a_name() {
        for text in ["gdpr/dpo-contact", "a/b", "a1/b-2-c"] {
            let id = RuleId::parse(text).unwrap();
            assert_eq!((id.as_str(), format!("{}/{}", id.pack(), id.name())), (text, text.to_owned()));
        }
        for text in
            ["", "a", "a/", "/b", "a/b/c", "a/b-", "a-/b", "A/b", "a/B", "1/b", "a/1", "-a/b", "a/-b", "a/b_c", "a/b c"]
        {
            assert_eq!(RuleId::parse(text), None, "{text}");
        }
    }
}
