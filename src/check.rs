//! Checking: a rule set run over a document, giving an [`Assessment`].
//!
//! Pure: no IO, no clock, no output format. The same document and rules give the same assessment, in the same order.

mod conflict;
pub(crate) mod content;
mod fingerprint;
mod quotation;
mod search;
mod structure;

use std::collections::BTreeMap;

use time::{Date, Duration};

pub use fingerprint::Fingerprint;
use quotation::phrase_around;
use search::{Hit, Part, PhraseSearch};
use structure::{Flaw, Form, Subject};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::document::{ClauseId, Document, Language, ProseSpan};
use crate::rule::{
    Condition, Disclosure, Profile, Program, Reading, Reads, Reported, Rule, RuleKind, RuleSet, Status, Structure,
};
use crate::source::{SourceFile, Span};

/// What the rules made of a document.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Every disclosure of the rule set, in the order of the rules' ids.
    pub disclosures: Vec<Assessed>,
    /// The findings, in the order of their places, then of their rules.
    pub findings: Vec<Finding>,
    /// Findings that don't count, in the order in which they were set aside. [`check()`] sets nothing aside:
    /// [`crate::suppress`] and [`crate::baseline`] do.
    pub set_aside: Vec<SetAside>,
}

/// A finding that does not count, and why.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// The finding.
    pub finding: Finding,
    /// Why it does not count.
    pub because: Because,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// A comment in the document says so.
    Comment {
        /// The reason that it gives.
        reason: String,
        /// Where it stands.
        at: Span,
        /// The last day on which it holds.
        until: Option<Date>,
    },
    /// An entry of the suppressions file says so.
    Entry {
        /// The reason that it gives.
        reason: String,
        /// Who decided.
        who: Option<String>,
        /// The last day on which it holds.
        until: Option<Date>,
    },
    /// It was there when the baseline was written.
    Baseline,
}

impl Assessment {
    /// Adds findings at their places, with fingerprints of their own.
    pub(crate) fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|finding| (finding.diagnostic.primary.span, finding.rule));
        fingerprint::tell_apart(&mut self.findings);
    }

    /// Sets aside the findings for which there is a reason.
    pub(crate) fn set_aside(&mut self, because: impl Fn(&Finding) -> Option<Because>) {
        for finding in std::mem::take(&mut self.findings) {
            match because(&finding) {
                Some(because) => self.set_aside.push(SetAside { finding, because }),
                None => self.findings.push(finding),
            }
        }
    }
}

/// What came of one disclosure.
#[derive(Clone, Debug)]
pub struct Assessed {
    /// The rule's place in [`RuleSet::rules`].
    pub rule: usize,
    /// Whether it is there.
    pub status: Status,
    /// Its value, where the rule has values and the policy gives one.
    pub value: Option<String>,
    /// The words that show it, in the order of the file; empty unless it is disclosed or vague.
    pub evidence: Vec<Evidence>,
}

/// Words of the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// Where they stand.
    pub span: Span,
    /// The words as a reader sees them.
    pub text: String,
    /// The clause that they are part of.
    pub clause: ClauseId,
}

/// A problem that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's place in [`RuleSet::rules`].
    pub rule: usize,
    /// Whether the finding says that something is missing.
    pub cause: Cause,
    /// What to show of it.
    pub diagnostic: Diagnostic,
    /// What stays the same about it when the policy is edited elsewhere.
    pub fingerprint: Fingerprint,
}

/// Why there is a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A disclosure is missing.
    Missing,
    /// A disclosure is vague.
    Vague,
    /// A forbidden phrase, a conflict or a wrong form was found.
    Found,
}

/// What a check is told besides the rules: by default it asks all that they ask of an organisation that says nothing of
/// itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What the organisation says of itself.
    pub profile: Profile,
    /// The day to reckon from; without one, nothing is too old and nothing has run out.
    pub today: Option<Date>,
    /// After how many days a policy is too old, where that is not what a rule says.
    pub stale_after: Option<u16>,
    /// How bad the findings of a rule are, by the rule's place in [`RuleSet::rules`], where that is not the rule's own
    /// severity.
    pub levels: BTreeMap<usize, Level>,
    /// How much of what shows a disclosure is looked for.
    pub sought: Sought,
}

/// How much of what shows a disclosure is looked for. Its status does not hang on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sought {
    /// What a reader wants to see: `further:` phrases of a rule only where its `evidence:` shows nothing, or questions alone.
    #[default]
    Enough,
    /// All of it: what an edit changed can stand in any clause that shows something.
    All,
}

/// How a rule is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Not at all: it is not even listed.
    Off,
    /// As bad as this. A vague disclosure is at most a warning, as ever.
    At(Severity),
}

impl Settings {
    /// How bad a rule's findings are; nothing where the rule is off.
    pub fn severity(&self, rule: usize, rules: &RuleSet) -> Option<Severity> {
        match self.levels.get(&rule) {
            Some(Level::Off) => None,
            Some(Level::At(severity)) => Some(*severity),
            None => Some(rules.rules()[rule].severity),
        }
    }

    /// Whether each rule has to be run: it is on, or the condition of one that has to be run asks for its status.
    fn runs(&self, rules: &RuleSet) -> Vec<bool> {
        let mut runs: Vec<bool> = (0..rules.rules().len()).map(|rule| self.severity(rule, rules).is_some()).collect();
        for rule in rules.order().iter().rev() {
            if runs[*rule] {
                rules.needs(*rule).iter().for_each(|needed| runs[*needed] = true);
            }
        }
        runs
    }
}

/// Runs the rules over a document, which was read from the source.
///
/// A document is read in every language that a good part of it is in and that the rules are translated into; what is
/// found in one of them is found. Conditions are judged in the language of the whole. Of a document whose language the
/// rules don't read they would say that everything is missing, which they can't know: there every disclosure is not
/// applicable, and nothing is found.
pub fn check(source: &SourceFile, document: &Document, rules: &RuleSet, settings: &Settings) -> Assessment {
    let Some(main) = rules.in_language(document.language().code()) else {
        return unread(rules, settings);
    };
    // The first one reads the language of the whole.
    let read = document.languages().iter().filter_map(|language| rules.in_language(language.code()));
    let mut has_text = vec![false; document.sections().len()];
    document.clauses().iter().for_each(|clause| has_text[clause.section.0] = true);
    let profile = &settings.profile;
    let form = Form::new(document);
    let checker = |rules| Checker {
        source,
        document,
        form: &form,
        profile,
        sought: settings.sought,
        rules,
        reading: RuleSet::read(rules, document),
        statuses: vec![None; main.rules().len()],
        has_text: has_text.clone(),
    };
    let mut checkers: Vec<Checker<'_>> = read.map(checker).collect();
    let mut disclosures = Vec::new();
    let mut findings = Vec::new();
    let runs = settings.runs(main);
    for idx in main.order().iter().copied().filter(|idx| runs[*idx]) {
        let rule = &main.rules()[idx];
        let severity = settings.severity(idx, rules);
        let concerned = rules.pack_of(rule).is_none_or(|pack| pack.concerns(profile));
        match &rule.kind {
            RuleKind::Disclosure(disclosure) => {
                let found = match concerned {
                    true => checkers.iter_mut().filter_map(|checker| checker.find(idx)).reduce(Assessed::joined),
                    false => Some(not_asked(idx)),
                };
                let assessed = found.unwrap_or_else(|| checkers[0].not_found(idx));
                checkers[0].statuses[idx] = Some(assessed.status);
                if let Some(severity) = severity {
                    findings.extend(checkers[0].shortcoming(rule, severity, disclosure, &assessed));
                    disclosures.push(assessed);
                }
            }
            RuleKind::Structure(structure) => {
                let readable = document.language() == Language::English || !structure.check.reads_english();
                if let Some(severity) = severity.filter(|_| concerned && readable) {
                    let stale_after = settings.stale_after.map(|days| Duration::days(i64::from(days)));
                    let subject = Subject { source, document, form: &form, today: settings.today, stale_after };
                    let flaws = structure::flaws(&structure.check, subject);
                    findings.extend(flaws.into_iter().map(|flaw| flawed(idx, rule, severity, structure, flaw)));
                }
            }
            RuleKind::Conflict(_) => {
                if let Some(severity) = severity.filter(|_| concerned) {
                    findings.extend(checkers.iter_mut().filter_map(|checker| checker.conflict(idx, severity)));
                }
            }
            RuleKind::Forbidden(_) => {
                if let Some(severity) = severity.filter(|_| concerned) {
                    findings.extend(checkers.iter_mut().flat_map(|checker| checker.forbidden(idx, severity)));
                }
            }
        }
    }
    disclosures.sort_by_key(|assessed| assessed.rule);
    findings.sort_by_key(|finding| (finding.diagnostic.primary.span, finding.rule));
    fingerprint::tell_apart(&mut findings);
    Assessment { disclosures, findings, set_aside: Vec::new() }
}

fn unread(rules: &RuleSet, settings: &Settings) -> Assessment {
    let is_disclosure = |rule: &usize| matches!(rules.rules()[*rule].kind, RuleKind::Disclosure(_));
    let listed = (0..rules.rules().len()).filter(|rule| settings.severity(*rule, rules).is_some());
    let disclosures = listed.filter(is_disclosure).map(not_asked).collect();
    Assessment { disclosures, findings: Vec::new(), set_aside: Vec::new() }
}

fn not_asked(rule: usize) -> Assessed {
    Assessed { rule, status: Status::NotApplicable, value: None, evidence: Vec::new() }
}

impl Assessed {
    /// What two readings of a document found of one disclosure: the better of them, and of equals both.
    fn joined(self, other: Self) -> Self {
        match self.status.cmp(&other.status) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal => {
                let mut evidence = [self.evidence, other.evidence].concat();
                evidence.sort();
                evidence.dedup();
                Self { evidence, value: self.value.or(other.value), ..self }
            }
        }
    }
}

/// Reads a document in one language.
struct Checker<'c> {
    source: &'c SourceFile,
    document: &'c Document,
    /// What the clauses hold.
    form: &'c Form<'c>,
    profile: &'c Profile,
    sought: Sought,
    /// The rules as they read the language.
    rules: &'c RuleSet,
    reading: Reading<'c>,
    /// The statuses so far, by the rules' places.
    statuses: Vec<Option<Status>>,
    /// Whether there are clauses right under a heading, by the sections' places.
    has_text: Vec<bool>,
}

impl<'c> Checker<'c> {
    /// A search for phrases of one rule.
    fn search<'s>(&'s mut self, unless: Option<&'s Program>) -> PhraseSearch<'s, 'c> {
        PhraseSearch::new(self.document, self.form, &mut self.reading, unless)
    }

    /// What is found of a disclosure, if anything is.
    fn find(&mut self, idx: usize) -> Option<Assessed> {
        let rules = self.rules;
        let RuleKind::Disclosure(disclosure) = &rules.rules()[idx].kind else { return None };
        let (document, sought) = (self.document, self.sought);
        let mut search = self.search(disclosure.unless.as_ref());
        let mut hits = search.find(&disclosure.evidence);
        if sought == Sought::All || hits.iter().all(|hit| is_question(document, hit.clause)) {
            hits.extend(search.find(&disclosure.further));
        }
        let (status, hits) = match hits.is_empty() {
            false => (Status::Disclosed, hits),
            true => (Status::Vague, search.find(&disclosure.vague)),
        };
        if hits.is_empty() {
            return None;
        }
        let hits = self.answers(hits);
        let given = |value: &&String| hits.iter().any(|hit| hit.value.as_ref() == Some(*value));
        let value = disclosure.values.iter().find(given).cloned();
        Some(Assessed { rule: idx, status, value, evidence: self.evidence(hits, Quotation::Phrase) })
    }

    /// Of places in questions and in what is no question the latter: a question speaks of the matter, and its answer tells.
    /// Where there are questions only, they are what there is.
    fn answers(&self, hits: Vec<Hit>) -> Vec<Hit> {
        let (questions, answers): (Vec<Hit>, Vec<Hit>) =
            hits.into_iter().partition(|hit| is_question(self.document, hit.clause));
        if answers.is_empty() { questions } else { answers }
    }

    /// What it means that a disclosure was not found. A rule that can't read the language can't say that it is missing.
    fn not_found(&mut self, idx: usize) -> Assessed {
        let rule = &self.rules.rules()[idx];
        let RuleKind::Disclosure(disclosure) = &rule.kind else { return not_asked(idx) };
        let is_asked = rule.reads == Reads::Words && disclosure.when.as_ref().is_none_or(|when| self.holds(when));
        let status = if is_asked { Status::Missing } else { Status::NotApplicable };
        Assessed { status, ..not_asked(idx) }
    }

    fn shortcoming(
        &mut self,
        rule: &Rule,
        severity: Severity,
        disclosure: &Disclosure,
        assessed: &Assessed,
    ) -> Option<Finding> {
        let problem = match (assessed.status, assessed.evidence.first()) {
            (Status::Missing, _) => Problem {
                cause: Cause::Missing,
                severity,
                message: &disclosure.missing_message,
                primary: Label::new(self.place(disclosure), "it would belong here"),
                related: Vec::new(),
                words: "",
            },
            (Status::Vague, Some(first)) => {
                let also = assessed.evidence.iter().skip(1).take(2);
                Problem {
                    cause: Cause::Vague,
                    severity: severity.min(Severity::Warning),
                    message: &disclosure.vague_message,
                    primary: Label::new(first.span, "too vague"),
                    related: also.map(|evidence| Label::new(evidence.span, "and here")).collect(),
                    words: self.document.clause(first.clause).prose.text(),
                }
            }
            _ => return None,
        };
        Some(problem.found_by(assessed.rule, rule))
    }

    fn forbidden(&mut self, idx: usize, severity: Severity) -> Vec<Finding> {
        let rules = self.rules;
        let rule = &rules.rules()[idx];
        let RuleKind::Forbidden(forbidden) = &rule.kind else { return Vec::new() };
        if forbidden.when.as_ref().is_some_and(|when| !self.holds(when)) {
            return Vec::new();
        }
        let mut hits = self.search(forbidden.unless.as_ref()).find(&forbidden.phrases);
        hits.retain(|hit| hit.part != Part::Companion);
        self.keep_first_of_each_list(&mut hits);
        let problem = |evidence: &Evidence, label: String, further: &[Evidence]| Problem {
            cause: Cause::Found,
            severity,
            message: &forbidden.message,
            primary: Label::new(evidence.span, label),
            related: further.iter().map(|evidence| Label::new(evidence.span, "and here")).collect(),
            words: self.document.clause(evidence.clause).prose.text(),
        };
        let found = self.evidence(hits, Quotation::Words);
        match (forbidden.reported, found.as_slice()) {
            (Reported::Once, [first, further @ ..]) if !further.is_empty() => {
                let label = format!("the first of {} places", found.len());
                let shown = &further[..further.len().min(MOST_RELATED)];
                vec![problem(first, label, shown).found_by(idx, rule)]
            }
            (_, found) => {
                found.iter().map(|evidence| problem(evidence, String::new(), &[]).found_by(idx, rule)).collect()
            }
        }
    }

    /// Of the items of one list, whose words are at fault together with those that introduce the list, keeps the first:
    /// the fault is in the words that they share.
    fn keep_first_of_each_list(&self, hits: &mut Vec<Hit>) {
        hits.sort_by_key(|hit| (hit.clause, hit.at));
        let mut seen: BTreeMap<&[ClauseId], ClauseId> = BTreeMap::new();
        hits.retain(|hit| {
            let lead_in = &self.document.clause(hit.clause).lead_in;
            hit.part != Part::Introduced || *seen.entry(lead_in).or_insert(hit.clause) == hit.clause
        });
    }

    /// Where a missing disclosure would stand: under the first heading that fits and has text below it, else at the
    /// title, else where the text starts. Not empty, unless the file is.
    fn place(&mut self, disclosure: &Disclosure) -> Span {
        for place in &disclosure.place {
            for (idx, section) in self.document.sections().iter().enumerate() {
                let Some(heading) = &section.heading else { continue };
                if self.has_text[idx] && self.reading.in_heading(place, idx) {
                    return heading.span;
                }
            }
        }
        if let Some(title) = self.document.title() {
            return title.span;
        }
        if let Some(clause) = self.document.clauses().first() {
            return clause.span;
        }
        let first = self.source.text().chars().next().map_or(0, char::len_utf8);
        self.source.span(0..first)
    }

    /// The words at all hits, in the order of the file; hits that overlap are one piece of evidence.
    fn evidence(&self, hits: Vec<Hit>, quotation: Quotation) -> Vec<Evidence> {
        let quoted = |hit: Hit| match quotation {
            Quotation::Words => (hit.clause, hit.at),
            Quotation::Phrase => (hit.clause, phrase_around(self.document.clause(hit.clause).prose.text(), hit.at)),
        };
        let mut places: Vec<(ClauseId, ProseSpan)> = hits.into_iter().map(quoted).collect();
        places.sort_unstable();
        let mut merged: Vec<(ClauseId, ProseSpan)> = Vec::new();
        for (clause, at) in places {
            match merged.last_mut() {
                Some((last, stretch)) if *last == clause && at.start < stretch.end => {
                    stretch.end = stretch.end.max(at.end);
                }
                _ => merged.push((clause, at)),
            }
        }
        let evidence = merged.into_iter().map(|(clause, at)| {
            let prose = &self.document.clause(clause).prose;
            Evidence { span: prose.span(at), text: prose.text()[at.start..at.end].to_owned(), clause }
        });
        evidence.collect()
    }

    fn holds(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Claim(program) => !self.reading.matches(program).is_empty(),
            Condition::Status { rule, is } => self.statuses[*rule].is_some_and(|status| is.contains(&status)),
            Condition::Profile(asked) => asked.iter().all(|asked| self.profile.fits(asked)),
            Condition::All(all) => all.iter().all(|condition| self.holds(condition)),
            Condition::Any(any) => any.iter().any(|condition| self.holds(condition)),
            Condition::Not(condition) => !self.holds(condition),
        }
    }
}

fn is_question(document: &Document, clause: ClauseId) -> bool {
    let text = document.clause(clause).prose.text();
    text.trim_end_matches(['"', '\'', ')', ']', '”', '’', '»', ' ']).ends_with('?')
}

/// What is wrong, and where.
struct Problem<'p> {
    cause: Cause,
    severity: Severity,
    message: &'p str,
    primary: Label,
    related: Vec<Label>,
    /// The words that it is known by when the document is edited elsewhere; none where something is missing.
    words: &'p str,
}

impl Problem<'_> {
    fn found_by(self, idx: usize, rule: &Rule) -> Finding {
        Finding {
            rule: idx,
            cause: self.cause,
            fingerprint: Fingerprint::of(rule.id.as_str(), self.words),
            diagnostic: Diagnostic {
                code: rule.id.to_string(),
                severity: self.severity,
                message: self.message.to_owned(),
                primary: self.primary,
                related: self.related,
                help: Some(rule.help.clone()),
            },
        }
    }
}

fn flawed(idx: usize, rule: &Rule, severity: Severity, structure: &Structure, flaw: Flaw) -> Finding {
    let related = flaw.related.into_iter().map(|(span, message)| Label::new(span, message));
    let problem = Problem {
        cause: Cause::Found,
        severity,
        message: &structure.message,
        primary: Label::new(flaw.span, flaw.label),
        related: related.collect(),
        words: &flaw.words,
    };
    problem.found_by(idx, rule)
}

/// So many places besides the first are shown where one finding stands for all.
const MOST_RELATED: usize = 4;

/// How much of a clause is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotation {
    /// The words that matched: they are what is wrong.
    Words,
    /// The phrase around them, which can be read by itself: it is what shows a disclosure.
    Phrase,
}
