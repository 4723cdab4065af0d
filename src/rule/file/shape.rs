//! The YAML shape of a rule file, as serde reads it and as the JSON Schema shows it.

use std::collections::BTreeMap;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::diagnostic::Severity;
use crate::rule::{Reported, Status, Takes, Within};
use crate::yaml::OneOrMore;

/// A rule file.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RuleFields {
    /// The rule's id, `pack/name`, in lower-case letters, digits and hyphens.
    pub(super) id: String,
    /// What the rule is about, in a few words.
    pub(super) title: String,
    /// What the rule looks for.
    pub(super) kind: Kind,
    /// How bad a finding is. A vague disclosure is at most a warning.
    pub(super) severity: Option<SeverityName>,
    /// `careful` for a rule that is asked only of those who want a policy read so; by default what is advice is asked of all
    /// but gates, and all else always.
    #[serde(default)]
    pub(super) level: Option<LevelName>,
    /// Missing disclosures of one group are shown as one finding. The text names the group.
    #[serde(default)]
    pub(super) group: Option<String>,
    /// The authorities that the rule rests on.
    pub(super) cite: Vec<String>,
    /// Why a reader of the policy needs it.
    pub(super) why: String,
    /// Phrases any one of which discloses it.
    #[serde(default)]
    pub(super) evidence: Vec<PhraseFields>,
    /// Further phrases that disclose it, looked for only where none of `evidence:` is found.
    #[serde(default)]
    pub(super) further: Vec<PhraseFields>,
    /// Phrases that touch it without answering.
    #[serde(default)]
    pub(super) vague: Vec<PhraseFields>,
    /// Phrases that must not be in a policy; for `kind: forbidden`.
    #[serde(default)]
    pub(super) forbidden: Vec<PhraseFields>,
    /// Whether each place of a forbidden phrase is a finding, or all together are one.
    #[serde(default)]
    pub(super) report: ReportName,
    /// Two claims that cannot both hold, the absolute one first, or one that must have the same `value:` wherever it is
    /// made; for `kind: conflict`.
    #[serde(default)]
    pub(super) claims: Vec<ClaimFields>,
    /// The check of the document's form that is made; for `kind: structure`.
    #[serde(default)]
    pub(super) check: Option<CheckName>,
    /// What the check is told; each check has its own keys.
    #[serde(default)]
    pub(super) parameters: ParameterFields,
    /// Patterns that are never evidence: a match that overlaps one of these does not count.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// When the disclosure is asked for, or the forbidden words or the claims are; always, where this is absent.
    #[serde(default)]
    pub(super) when: Option<ConditionFields>,
    /// Patterns of headings that the disclosure belongs under, the best first: where a missing one is reported.
    #[serde(default)]
    pub(super) place: Vec<String>,
    /// The values that the disclosure can have, the strongest first.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// What the claim consists of: the words of its clauses that `clauselint diff` compares between two versions.
    #[serde(default)]
    pub(super) compare: Vec<ContentFields>,
    /// What findings say.
    pub(super) message: MessageFields,
    /// What to do about a finding.
    pub(super) help: String,
    /// Wording to start from, with `{what to fill in}`.
    #[serde(default)]
    pub(super) draft: Option<String>,
    /// Texts with the result that the rule must have on them; `clauselint test` runs them.
    pub(super) examples: ExampleFields,
    /// What a built-in file has in the place of its lists of phrases.
    #[serde(default)]
    #[cfg_attr(test, schemars(skip))]
    pub(super) compiled: CompiledLists,
}

/// Lists of phrases that were compiled when the program was built, by their numbers.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompiledLists {
    #[serde(default)]
    pub(super) evidence: Option<usize>,
    #[serde(default)]
    pub(super) further: Option<usize>,
    #[serde(default)]
    pub(super) vague: Option<usize>,
    #[serde(default)]
    pub(super) forbidden: Option<usize>,
}

pub(super) const RULE_KEYS: [&str; 25] = [
    "id",
    "title",
    "kind",
    "severity",
    "level",
    "group",
    "cite",
    "why",
    "evidence",
    "further",
    "vague",
    "forbidden",
    "report",
    "claims",
    "check",
    "parameters",
    "unless",
    "when",
    "place",
    "values",
    "compare",
    "message",
    "help",
    "draft",
    "examples",
];

/// What a rule looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Something that the policy must tell.
    #[default]
    Disclosure,
    /// Something that the policy must not say.
    Forbidden,
    /// Two things that the policy says and that cannot both hold.
    Conflict,
    /// Something about the form of the document.
    Structure,
}

/// How the places of a forbidden phrase are reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReportName {
    /// Each is a finding.
    #[default]
    Each,
    /// All together are one finding, at the first of them, which shows the next ones.
    Once,
}

impl From<ReportName> for Reported {
    fn from(name: ReportName) -> Self {
        match name {
            ReportName::Each => Self::Each,
            ReportName::Once => Self::Once,
        }
    }
}

/// Something that the policy says.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `says:` and `phrases:`")]
pub(super) struct ClaimFields {
    /// What it says, in a few words: findings show it at the place.
    pub(super) says: String,
    /// Phrases any one of which says it.
    pub(super) phrases: Vec<PhraseFields>,
    /// Patterns that are never the claim: a match that overlaps one of these does not count.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Patterns none of which is found in the clause: exceptions and conditions.
    #[serde(default)]
    pub(super) not: Vec<String>,
    /// Patterns none of which is found in the next clause: exceptions in a sentence of their own.
    #[serde(default)]
    pub(super) not_next: Vec<String>,
    /// Patterns of headings that the clause does not stand under: it speaks of some data or some people only.
    #[serde(default)]
    pub(super) not_under: Vec<String>,
    /// Patterns of the words that must be the same wherever the claim is made: for a conflict of one claim with itself.
    /// Lengths of time differ where no way of counting makes them equal.
    #[serde(default)]
    pub(super) value: Vec<String>,
    /// Patterns that say that the value is an upper limit: a claim with a longer one contradicts it, one with a shorter
    /// one does not. Needs `value:`.
    #[serde(default)]
    pub(super) at_most: Vec<String>,
    /// Patterns that say that the value is a lower limit. Needs `value:`.
    #[serde(default)]
    pub(super) at_least: Vec<String>,
    /// Patterns of words that make no difference. Where they are given, two claims conflict only if all other words of
    /// their clauses are the same: what they are about, for whom, and when.
    #[serde(default)]
    pub(super) ignore: Vec<String>,
    /// The same for the words of the headings above; needs `ignore:`.
    #[serde(default)]
    pub(super) ignore_under: Vec<String>,
    /// Different words for what the claim is about; needs `ignore:`.
    #[serde(default)]
    pub(super) subject: Vec<SubjectFields>,
}

impl ClaimFields {
    pub(super) fn gives_no_value(&self) -> bool {
        self.value.is_empty() && self.at_most.is_empty() && self.at_least.is_empty()
    }
}

/// Words that mean one thing.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `phrase:` and `as:`")]
pub(super) struct SubjectFields {
    /// A pattern of them, over the words of one clause.
    pub(super) phrase: String,
    /// What they mean, in a few words; entries with the same name mean the same.
    #[serde(rename = "as")]
    pub(super) name: String,
}

/// A check of the document's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum CheckName {
    /// Day, month and year that are no day of the calendar.
    ImpossibleDate,
    /// The document's own date, which `patterns` introduce, lies after today.
    FutureDate,
    /// The document's own date, which `patterns` introduce, lies more than `days` back.
    StaleDate,
    /// Nothing that `patterns` introduce is a date.
    NoDate,
    /// Words that were to be replaced: `patterns`, but not in a clause that `except` matches.
    Placeholder,
    /// Text that was decoded in another encoding than it was written in.
    MisdecodedText,
    /// Characters that nobody sees, and that turn the order of letters, split words or carry text.
    HiddenCharacter,
    /// Words that mix Latin letters with Cyrillic or Greek ones that look like them.
    MixedScript,
    /// Addresses at `domains` that belong to nobody, but not in a clause that `except` matches.
    ExampleAddress,
    /// Sentences that break off where something was lost: `patterns`, but not in a clause that `except` matches.
    CutOffSentence,
    /// Sentences that end in a colon and announce a list that is not there: `patterns`, but not in one that `except`
    /// matches.
    MissingList,
    /// Brackets that are opened and not closed, or closed and not opened.
    UnbalancedBracket,
    /// Quotations that are not closed.
    UnbalancedQuote,
    /// Headings that say the same as one before them, under the same heading.
    RepeatedHeading,
    /// A list item that is a question, among items that are none: a heading, most likely.
    QuestionInList,
    /// No heading that one of `patterns` matches; for rules of one's own.
    MissingHeading,
    /// Headings that stand before one that an earlier one of `patterns` matches; for rules of one's own.
    MisplacedHeading,
    /// Headings with nothing under them.
    EmptySection,
    /// Paragraphs of at least `words` words that say the same as one before them.
    RepeatedParagraph,
    /// Mentions of sections that are not there: `patterns`, but not in a clause that `except` matches.
    BrokenReference,
    /// Entries of a contents list without a heading.
    BrokenContentsEntry,
    /// Links into the document that lead nowhere.
    BrokenAnchor,
    /// Links without a target.
    EmptyLink,
    /// Sentences with more than `words` words.
    LongSentence,
    /// Sections with more than `words` words under one heading.
    LongSection,
    /// Sections of at least `words` words whose LIX is higher than `lix`.
    HardSection,
    /// `terms` that are used with a capital, as if they were defined, and are not.
    UndefinedTerm,
    /// Terms that are defined and not used.
    UnusedTerm,
    /// `acronyms` that are used and never written out.
    UndefinedAcronym,
    /// Suppressions that suppress nothing.
    UnusedSuppression,
    /// Suppressions that have run out.
    ExpiredSuppression,
    /// Suppressions that can't be read, or name what isn't there.
    MalformedSuppression,
}

/// What a check of the document's form is told.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map of the check's parameters")]
pub(super) struct ParameterFields {
    /// Regular expressions over the words of a clause or heading, as the reader sees them.
    #[serde(default)]
    pub(super) patterns: Option<Vec<String>>,
    /// Regular expressions: a clause that one of them matches is left alone.
    #[serde(default)]
    pub(super) except: Option<Vec<String>>,
    /// Domains, in lower case; what ends in one of them, after a full stop, belongs to it.
    #[serde(default)]
    pub(super) domains: Option<Vec<String>>,
    /// An age in days.
    #[serde(default)]
    pub(super) days: Option<u32>,
    /// A number of words.
    #[serde(default)]
    pub(super) words: Option<u32>,
    /// A LIX: words a sentence, plus words of more than six letters in a hundred.
    #[serde(default)]
    pub(super) lix: Option<u32>,
    /// Terms, as they are written in the middle of a sentence.
    #[serde(default)]
    pub(super) terms: Option<Vec<String>>,
    /// The words between a term and its definition, in lower case.
    #[serde(default)]
    pub(super) defining: Option<Vec<String>>,
    /// Abbreviations with the words that they stand for, in lower case; any one of them explains it.
    #[serde(default)]
    pub(super) acronyms: Option<BTreeMap<String, OneOrMore>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum SeverityName {
    Error,
    Warning,
    Advice,
}

/// A level that a rule can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum LevelName {
    Careful,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Error => Self::Error,
            SeverityName::Warning => Self::Warning,
            SeverityName::Advice => Self::Advice,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum StatusName {
    Disclosed,
    Vague,
    Missing,
    NotApplicable,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Disclosed => Self::Disclosed,
            StatusName::Vague => Self::Vague,
            StatusName::Missing => Self::Missing,
            StatusName::NotApplicable => Self::NotApplicable,
        }
    }
}

/// A pattern, or a pattern with what must be there besides.
#[derive(Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(super) enum PhraseFields {
    /// A pattern over the words of one clause with its lead-in.
    Pattern(String),
    Detailed(Box<DetailedPhrase>),
}

/// A phrase with what must be there besides.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DetailedPhrase {
    /// A pattern over the words of one clause with its lead-in. Either this or `regex`.
    #[serde(default)]
    pub(super) phrase: Option<String>,
    /// A regular expression over the clause's own prose, as the reader sees it.
    #[serde(default)]
    pub(super) regex: Option<String>,
    /// A pattern that one of the headings above the clause matches.
    #[serde(default)]
    pub(super) heading: Option<String>,
    /// Patterns one of which is found as near as `within` says.
    #[serde(default, deserialize_with = "at_least_one")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(super) with: Vec<String>,
    /// How near: `clause` (the default), a number of clauses before or after, `section`, or `document`.
    #[serde(default)]
    pub(super) within: Option<WithinField>,
    /// Patterns none of which is found in the clause.
    #[serde(default, deserialize_with = "at_least_one")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(super) not: Vec<String>,
    /// Patterns that none of the headings above the clause matches.
    #[serde(default, deserialize_with = "at_least_one")]
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(super) not_under: Vec<String>,
    /// The value that the disclosure has by this phrase; one of the rule's `values`.
    #[serde(default)]
    pub(super) value: Option<String>,
}

/// Reads patterns. A list without any asks for nothing, which nobody means by writing its key.
fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct AtLeastOne;
    impl<'de> Visitor<'de> for AtLeastOne {
        type Value = Vec<String>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a list of patterns")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Vec<String>, A::Error> {
            let patterns = Vec::deserialize(SeqAccessDeserializer::new(list))?;
            // Said here, where the parser knows the place of the list.
            match patterns.is_empty() {
                true => Err(serde::de::Error::custom("expected at least one pattern")),
                false => Ok(patterns),
            }
        }
    }
    deserializer.deserialize_seq(AtLeastOne)
}

/// A part of what a claim consists of: a pattern whose words are compared, or one that means the same in all its words.
#[derive(Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(super) enum ContentFields {
    /// A pattern. The words that it matches are compared, numbers and lengths of time by their amount.
    Words(String),
    Named(NamedContent),
}

/// A pattern with what its matches say, or with what to ignore.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `phrase:`")]
pub(super) struct NamedContent {
    /// The pattern, over the words of one clause.
    pub(super) phrase: String,
    /// What all its matches say, in a few words; entries with the same name say the same.
    #[serde(default, rename = "as")]
    pub(super) name: Option<String>,
    /// `additions`: what comes in addition is not told, only what was replaced or taken out.
    #[serde(default)]
    pub(super) ignore: Option<IgnoreName>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum IgnoreName {
    Additions,
}

#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(super) enum WithinField {
    Clauses(u8),
    Named(WithinName),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum WithinName {
    Clause,
    Section,
    Document,
}

/// What a rule looks for in another language than the rules' own: a file in a folder named after the language.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TranslationFields {
    /// The id of the rule.
    pub(super) id: String,
    /// Phrases any one of which discloses it.
    #[serde(default)]
    pub(super) evidence: Vec<PhraseFields>,
    /// Further phrases that disclose it, looked for only where none of `evidence:` is found.
    #[serde(default)]
    pub(super) further: Vec<PhraseFields>,
    /// Phrases that touch it without answering.
    #[serde(default)]
    pub(super) vague: Vec<PhraseFields>,
    /// Phrases that must not be in a policy; for `kind: forbidden`.
    #[serde(default)]
    pub(super) forbidden: Vec<PhraseFields>,
    /// Two claims that cannot both hold, the absolute one first, or one that must have the same `value:` wherever it is
    /// made; for `kind: conflict`.
    #[serde(default)]
    pub(super) claims: Vec<ClaimFields>,
    /// Patterns that are never evidence.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// When the rule is asked; always, where this is absent.
    #[serde(default)]
    pub(super) when: Option<ConditionFields>,
    /// Patterns of headings that the disclosure belongs under, the best first.
    #[serde(default)]
    pub(super) place: Vec<String>,
    /// What the claim consists of, for `clauselint diff`.
    #[serde(default)]
    pub(super) compare: Vec<ContentFields>,
    /// Texts with the result that the rule must have on them.
    pub(super) examples: ExampleFields,
    /// What a built-in file has in the place of its lists of phrases.
    #[serde(default)]
    #[cfg_attr(test, schemars(skip))]
    pub(super) compiled: CompiledLists,
}

/// When a rule is asked. Exactly one key, but `disclosure` goes with `is`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a map with `claim:`, `profile:`, `all:`, `any:`, `not:`, or `disclosure:` and `is:`"
)]
pub(super) struct ConditionFields {
    /// Patterns one of which some clause of the document matches.
    #[serde(default)]
    pub(super) claim: Option<Vec<String>>,
    /// Another disclosure's id.
    #[serde(default)]
    pub(super) disclosure: Option<String>,
    /// The statuses of `disclosure` that make the condition hold.
    #[serde(default)]
    pub(super) is: Option<Vec<StatusName>>,
    /// The organisation's profile gives each of these facts one of these values; `unsaid` stands for a fact that it does
    /// not give.
    #[serde(default)]
    pub(super) profile: Option<BTreeMap<String, OneOrMore>>,
    /// All of these hold.
    #[serde(default)]
    pub(super) all: Option<Vec<Self>>,
    /// One of these holds.
    #[serde(default)]
    pub(super) any: Option<Vec<Self>>,
    /// This doesn't hold.
    #[serde(default)]
    pub(super) not: Option<Box<Self>>,
}

/// A fact that a profile can give: an entry of a file in a folder `profile`.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "`about:` and `values:`")]
pub(super) struct FactFields {
    /// What the fact tells, in a few words.
    pub(super) about: String,
    /// How many of the values an organisation can have at once: several, if nothing is said.
    #[serde(default)]
    pub(super) takes: Option<TakesName>,
    /// The values that it can have, each with its meaning.
    pub(super) values: BTreeMap<String, String>,
}

/// How many values of a fact can be true of one organisation.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum TakesName {
    /// One: each rules the others out.
    One,
    /// Several.
    Several,
}

impl From<TakesName> for Takes {
    fn from(name: TakesName) -> Self {
        match name {
            TakesName::One => Self::One,
            TakesName::Several => Self::Several,
        }
    }
}

/// What a pack of rules is about: a file in a folder `packs`.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PackFields {
    /// The part of its rules' ids before the slash.
    pub(super) id: String,
    /// Its name.
    pub(super) title: String,
    /// What its rules look at, and on what authority.
    pub(super) about: String,
    /// The profiles that it concerns: each of these facts has one of these values; `unsaid` stands for a fact that is not
    /// given. Of the others nothing is asked.
    #[serde(default)]
    pub(super) profile: BTreeMap<String, OneOrMore>,
}

/// What findings say, each in one sentence without a full stop.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `missing:`, `vague:` or `found:`")]
pub(super) struct MessageFields {
    /// The disclosure is missing.
    #[serde(default)]
    pub(super) missing: Option<String>,
    /// The disclosure is vague: what the words leave open.
    #[serde(default)]
    pub(super) vague: Option<String>,
    /// A forbidden phrase or a conflict was found, or the form is wrong.
    #[serde(default)]
    pub(super) found: Option<String>,
}

/// Texts by the result that the rule must have on them.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(
    deny_unknown_fields,
    rename_all = "kebab-case",
    expecting = "a map with lists of texts, as `disclosed:` or `found:`"
)]
pub(super) struct ExampleFields {
    /// Disclosures that are disclosed.
    #[serde(default)]
    pub(super) disclosed: Vec<ExampleField>,
    /// Disclosures that are vague.
    #[serde(default)]
    pub(super) vague: Vec<ExampleField>,
    /// Texts that lack the disclosure: false friends above all.
    #[serde(default)]
    pub(super) missing: Vec<ExampleField>,
    /// Texts on which it is not asked for.
    #[serde(default)]
    pub(super) not_applicable: Vec<ExampleField>,
    /// Texts that a rule about words or form finds something in.
    #[serde(default)]
    pub(super) found: Vec<ExampleField>,
    /// Texts that it finds nothing in.
    #[serde(default)]
    pub(super) clean: Vec<ExampleField>,
}

/// An example: a text in Markdown, or a text with the value that the disclosure must have, or the profile to check with.
#[derive(Debug)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(untagged))]
pub(super) enum ExampleField {
    Text(String),
    Detailed(DetailedExample),
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case", expecting = "a map with `text:`")]
pub(super) struct DetailedExample {
    /// The text, in Markdown.
    pub(super) text: String,
    /// The value that the disclosure must have.
    #[serde(default)]
    pub(super) value: Option<String>,
    /// What the organisation says of itself.
    #[serde(default)]
    pub(super) profile: BTreeMap<String, OneOrMore>,
}

/// Reads a text or a map, with an error that says so for anything else.
struct TextOr<T> {
    expected: &'static str,
    text: fn(&str) -> T,
}

impl<'de, T: FromMap> Visitor<'de> for TextOr<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.text)(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(MapAccessDeserializer::new(map))
    }
}

/// What can also be written as a map.
trait FromMap: Sized {
    fn from_map<'de, D: Deserializer<'de>>(map: D) -> Result<Self, D::Error>;
}

impl FromMap for PhraseFields {
    fn from_map<'de, D: Deserializer<'de>>(map: D) -> Result<Self, D::Error> {
        DetailedPhrase::deserialize(map).map(|detailed| Self::Detailed(Box::new(detailed)))
    }
}

impl<'de> Deserialize<'de> for PhraseFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a pattern in quotes, or a map with `phrase:` or `regex:`";
        deserializer.deserialize_any(TextOr { expected, text: |text| Self::Pattern(text.to_owned()) })
    }
}

impl FromMap for ContentFields {
    fn from_map<'de, D: Deserializer<'de>>(map: D) -> Result<Self, D::Error> {
        NamedContent::deserialize(map).map(Self::Named)
    }
}

impl<'de> Deserialize<'de> for ContentFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a pattern in quotes, or a map with `phrase:`, and `as:` or `ignore:`";
        deserializer.deserialize_any(TextOr { expected, text: |text| Self::Words(text.to_owned()) })
    }
}

impl FromMap for ExampleField {
    fn from_map<'de, D: Deserializer<'de>>(map: D) -> Result<Self, D::Error> {
        DetailedExample::deserialize(map).map(Self::Detailed)
    }
}

impl<'de> Deserialize<'de> for ExampleField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "a text, or a map with `text:` and `value:` or `profile:`";
        deserializer.deserialize_any(TextOr { expected, text: |text| Self::Text(text.to_owned()) })
    }
}

impl<'de> Deserialize<'de> for WithinField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Within;
        impl Visitor<'_> for Within {
            type Value = WithinField;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a number of clauses from 0 to 50, `clause`, `section` or `document`")
            }

            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<WithinField, E> {
                let unexpected = serde::de::Unexpected::Unsigned(count);
                u8::try_from(count)
                    .ok()
                    .filter(|count| *count <= 50)
                    .map(WithinField::Clauses)
                    .ok_or_else(|| E::invalid_value(unexpected, &self))
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<WithinField, E> {
                let named = WithinName::deserialize(serde::de::value::StrDeserializer::<E>::new(name))?;
                Ok(WithinField::Named(named))
            }
        }
        deserializer.deserialize_any(Within)
    }
}

impl From<WithinField> for Within {
    fn from(field: WithinField) -> Self {
        match field {
            WithinField::Clauses(count) => Self::Clauses(usize::from(count)),
            WithinField::Named(WithinName::Clause) => Self::Clause,
            WithinField::Named(WithinName::Section) => Self::Section,
            WithinField::Named(WithinName::Document) => Self::Document,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::check_schema;

    #[test]
    fn the_schema_of_rule_files_is_kept_up() {
        check_schema("rule.schema.json", &schemars::schema_for!(RuleFields));
    }

    #[test]
    fn the_schema_of_translations_is_kept_up() {
        check_schema("translation.schema.json", &schemars::schema_for!(TranslationFields));
    }

    #[test]
    fn the_schema_of_pack_files_is_kept_up() {
        check_schema("pack.schema.json", &schemars::schema_for!(PackFields));
    }

    #[test]
    fn the_schema_of_profile_files_is_kept_up() {
        let mut schema = schemars::schema_for!(BTreeMap<String, FactFields>);
        schema.insert("title".to_owned(), "Facts that a profile can give".into());
        check_schema("profile.schema.json", &schema);
    }

    #[test]
    fn the_schema_of_vocabulary_files_is_kept_up() {
        let mut schema = schemars::schema_for!(BTreeMap<String, Vec<String>>);
        schema.insert("title".to_owned(), "Vocabulary: names for phrases that patterns use as `<name>`".into());
        check_schema("vocabulary.schema.json", &schema);
    }

    #[test]
    fn every_key_of_the_shape_is_read() {
        let schema = serde_json::to_value(schemars::schema_for!(RuleFields)).unwrap();
        let mut keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = RULE_KEYS.to_vec();
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
    }
}
