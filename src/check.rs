//! Checking: a rule set run over a document, giving an [`Assessment`].
//!
//! Pure: no IO, no clock, no output format. The same document and rules give the same assessment, in the same order.

mod conflict;
pub(crate) mod content;
mod fingerprint;
mod structure;

use std::collections::BTreeMap;

use time::{Date, Duration};

pub use fingerprint::Fingerprint;
use structure::{Flaw, Form, Subject};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::document::{ClauseId, Document, Language, ProseSpan, ends_sentence};
use crate::rule::{
    Among, Condition, Disclosure, LazyRegex, Match, Phrase, Profile, Program, Reading, Reads, Reported, Rule, RuleKind,
    RuleSet, Search, Status, Structure, Within,
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
        rules,
        reading: RuleSet::read(rules, document),
        statuses: vec![None; main.rules().len()],
        has_text: has_text.clone(),
        vetoes: None,
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
    /// The rules as they read the language.
    rules: &'c RuleSet,
    reading: Reading<'c>,
    /// The statuses so far, by the rules' places.
    statuses: Vec<Option<Status>>,
    /// Whether there are clauses right under a heading, by the sections' places.
    has_text: Vec<bool>,
    /// What the `unless:` of the current rule matches, by clause.
    vetoes: Option<BTreeMap<ClauseId, Vec<Match>>>,
}

impl Checker<'_> {
    /// What is found of a disclosure, if anything is.
    fn find(&mut self, idx: usize) -> Option<Assessed> {
        let rules = self.rules;
        let RuleKind::Disclosure(disclosure) = &rules.rules()[idx].kind else { return None };
        self.vetoes = None;
        let evidence = self.search(&disclosure.evidence, disclosure.unless.as_ref());
        let (status, hits) = if evidence.is_empty() {
            (Status::Vague, self.search(&disclosure.vague, disclosure.unless.as_ref()))
        } else {
            (Status::Disclosed, evidence)
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
        let is_question = |hit: &Hit| {
            let text = self.document.clause(hit.clause).prose.text();
            text.trim_end_matches(['"', '\'', ')', ']', '”', '’', '»', ' ']).ends_with('?')
        };
        let (questions, answers): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(is_question);
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
        self.vetoes = None;
        if forbidden.when.as_ref().is_some_and(|when| !self.holds(when)) {
            return Vec::new();
        }
        let mut hits = self.search(&forbidden.phrases, forbidden.unless.as_ref());
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

    /// All places that one of the phrases is found at. Regular expressions are the way out where words do not do: they
    /// cost more than all else, and are tried, one after another, only until something matches.
    fn search(&mut self, phrases: &[Phrase], unless: Option<&Program>) -> Vec<Hit> {
        let (patterns, regexes): (Vec<&Phrase>, Vec<&Phrase>) =
            phrases.iter().partition(|phrase| matches!(phrase.search, Search::Pattern(_)));
        let hits: Vec<Hit> = patterns.into_iter().flat_map(|phrase| self.search_phrase(phrase, unless)).collect();
        if !hits.is_empty() {
            return hits;
        }
        let mut tried = regexes.into_iter().map(|phrase| self.search_phrase(phrase, unless));
        tried.find(|hits| !hits.is_empty()).unwrap_or_default()
    }

    fn search_phrase(&mut self, phrase: &Phrase, unless: Option<&Program>) -> Vec<Hit> {
        if !self.may_be_around(phrase) {
            return Vec::new();
        }
        let document = self.document;
        let mut surroundings = Surroundings::default();
        // Few headings are read faster than all that stands below them.
        if let Some(program) = &phrase.heading
            && let Some(sections) = self.reading.headings_with(program)
        {
            if sections.is_empty() {
                return Vec::new();
            }
            surroundings.below = Some(below(document, &sections));
        }
        let is_below = surroundings.below.clone().map(|below| move |clause| below[document.clause(clause).section.0]);
        let clauses = is_below.as_ref().map(|is_below| is_below as &dyn Fn(ClauseId) -> bool);
        let with = phrase.with.as_deref().filter(|with| with.within == Within::Clause).map(|with| &with.program);
        let found = match &phrase.search {
            Search::Pattern(program) => self.reading.matches_among(program, Among { may_match: with, clauses }),
            // A regular expression is slow, so it is tried only where all else holds.
            Search::Regex(regex) => {
                let worth_trying = self.worth_trying(with, clauses, regex);
                worth_trying.into_iter().map(|clause| (clause, Vec::new())).collect()
            }
        };
        let mut hits = Vec::new();
        for (clause, matches) in found {
            let (own, companion) = match &phrase.search {
                Search::Pattern(_) => {
                    let own = self.free(clause, matches, unless);
                    if own.is_empty() {
                        continue;
                    }
                    let Around::Holds(companion) = self.around(phrase, clause, unless, &mut surroundings) else {
                        continue;
                    };
                    (own, companion)
                }
                Search::Regex(regex) => {
                    let Around::Holds(companion) = self.around(phrase, clause, unless, &mut surroundings) else {
                        continue;
                    };
                    (self.found_by(regex, clause, unless), companion)
                }
            };
            if own.is_empty() {
                continue;
            }
            let own = own.into_iter().map(|(at, part)| (clause, at, part));
            let companion = companion.map(|(clause, at)| (clause, at, Part::Companion));
            let hit = |(clause, at, part)| Hit { clause, at, part, value: phrase.value.clone() };
            hits.extend(own.chain(companion).map(hit));
        }
        hits
    }

    /// The statements, of some of them, that may match a regular expression, and hold what is asked for besides in the same
    /// clause.
    fn worth_trying(
        &mut self,
        with: Option<&Program>,
        clauses: Option<&dyn Fn(ClauseId) -> bool>,
        regex: &LazyRegex,
    ) -> Vec<ClauseId> {
        if !regex.may_match_one(self.form.whole()) {
            return Vec::new();
        }
        let document = self.document;
        let mut statements: Vec<ClauseId> = match with {
            Some(with) => {
                let found = self.reading.matches_among(with, Among { may_match: None, clauses });
                found.into_iter().map(|(clause, _)| clause).collect()
            }
            None => {
                let all = document.clauses().iter().enumerate().map(|(idx, clause)| (ClauseId(idx), clause));
                let wanted = |clause: ClauseId| clauses.is_none_or(|clauses| clauses(clause));
                all.filter(|(id, clause)| clause.kind.is_statement() && wanted(*id)).map(|(id, _)| id).collect()
            }
        };
        let text = |clause: ClauseId| document.clause(clause).prose.text();
        statements.retain(|clause| regex.may_match(text(*clause), self.form.of_clause(*clause)));
        statements
    }

    fn found_by(&mut self, regex: &LazyRegex, clause: ClauseId, unless: Option<&Program>) -> Vec<(ProseSpan, Part)> {
        let found = regex.find_iter(self.document.clause(clause).prose.text());
        if found.is_empty() {
            return Vec::new();
        }
        let vetoes = self.vetoes(clause, unless);
        let passage = self.reading.passage(clause);
        let vetoes: Vec<ProseSpan> = vetoes.into_iter().filter_map(|veto| passage.own(veto)).collect();
        let vetoed = |at: &ProseSpan| vetoes.iter().any(|veto| veto.start < at.end && at.start < veto.end);
        found.into_iter().filter(|at| !vetoed(at)).map(|at| (at, Part::Own)).collect()
    }

    /// Of the matches in a clause those that nothing rules out and that don't overlap an earlier one, as far as they stand
    /// in the clause itself.
    fn free(&mut self, clause: ClauseId, found: Vec<Match>, unless: Option<&Program>) -> Vec<(ProseSpan, Part)> {
        let vetoes = self.vetoes(clause, unless);
        let passage = self.reading.passage(clause);
        let mut last: Option<Match> = None;
        let mut places = Vec::new();
        for found in found {
            let free = last.is_none_or(|last| last.end <= found.start);
            if free
                && !vetoes.iter().any(|veto| veto.overlaps(found))
                && let Some(own) = passage.own(found)
            {
                last = Some(found);
                places.push((own, if passage.is_introduced(found) { Part::Introduced } else { Part::Own }));
            }
        }
        places
    }

    /// The matches that rule out what they overlap. They are the same for all phrases of a rule, so each clause is searched
    /// once.
    fn vetoes(&mut self, clause: ClauseId, unless: Option<&Program>) -> Vec<Match> {
        let Some(unless) = unless else { return Vec::new() };
        let reading = &mut self.reading;
        let known = self.vetoes.get_or_insert_with(|| reading.longest_matches(unless).into_iter().collect());
        known.get(&clause).cloned().unwrap_or_default()
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

    /// Whether what a phrase asks for around its words may hold somewhere: most of it is rarer than the words are.
    fn may_be_around(&mut self, phrase: &Phrase) -> bool {
        let reading = &mut self.reading;
        phrase.heading.as_ref().is_none_or(|heading| reading.may_be_in_heading(heading))
            && phrase.with.as_ref().is_none_or(|with| reading.may_be_stated(&with.program))
    }

    /// Whether what a phrase asks for around its words holds.
    fn around(
        &mut self,
        phrase: &Phrase,
        clause: ClauseId,
        unless: Option<&Program>,
        surroundings: &mut Surroundings,
    ) -> Around {
        if !self.heading_fits(phrase, clause, surroundings) || self.excluded(phrase, clause) {
            return Around::Fails;
        }
        let Some(with) = &phrase.with else { return Around::Holds(None) };
        if self.reading.is_in_clause(&with.program, clause) {
            return Around::Holds(None);
        }
        if with.within == Within::Clause {
            return Around::Fails;
        }
        let companions = surroundings.companions.get_or_insert_with(|| self.companions(&with.program, unless));
        match self.nearest(companions, clause, with.within) {
            Some(companion) => Around::Holds(Some(companion)),
            None => Around::Fails,
        }
    }

    fn heading_fits(&mut self, phrase: &Phrase, clause: ClauseId, surroundings: &mut Surroundings) -> bool {
        let Some(program) = &phrase.heading else { return true };
        let document = self.document;
        let section = document.clause(clause).section;
        if let Some(below) = &surroundings.below {
            return below[section.0];
        }
        let known = &mut surroundings.headings;
        known.resize(document.sections().len(), None);
        let mut above = document.headings(section);
        above.any(|(section, _)| *known[section.0].get_or_insert_with(|| self.reading.in_heading(program, section.0)))
    }

    fn excluded(&mut self, phrase: &Phrase, clause: ClauseId) -> bool {
        phrase.not.as_ref().is_some_and(|not| self.reading.is_in_clause(not, clause))
    }

    /// The statements that hold what must be found besides a phrase, in order, each with its first place.
    fn companions(&mut self, program: &Program, unless: Option<&Program>) -> Vec<(ClauseId, ProseSpan)> {
        let mut companions = Vec::new();
        for (clause, mut found) in self.reading.matches(program) {
            let vetoes = self.vetoes(clause, unless);
            found.retain(|found| !vetoes.iter().any(|veto| veto.overlaps(*found)));
            let passage = self.reading.passage(clause);
            companions.extend(found.into_iter().find_map(|found| passage.own(found)).map(|at| (clause, at)));
        }
        companions
    }

    /// The companion next to a clause, as far from it as it may stand. What follows is nearer to the matter than what comes
    /// before.
    fn nearest(
        &self,
        companions: &[(ClauseId, ProseSpan)],
        clause: ClauseId,
        within: Within,
    ) -> Option<(ClauseId, ProseSpan)> {
        let section = self.document.clause(clause).section;
        let reaches = |(other, _): &&(ClauseId, ProseSpan)| match within {
            Within::Clause => false,
            Within::Clauses(distance) => other.0.abs_diff(clause.0) <= distance,
            Within::Section => self.document.clause(*other).section == section,
            Within::Document => true,
        };
        let place = companions.partition_point(|(other, _)| *other <= clause);
        let (before, after) = companions.split_at(place);
        // The clause itself holds none.
        let before = before.iter().rev().find(|(other, _)| *other < clause);
        after.first().filter(reaches).or_else(|| before.filter(reaches)).copied()
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

/// What is known about the surroundings of a phrase's words, as far as it was asked for.
#[derive(Default)]
struct Surroundings {
    /// For each section whether a heading above it is one that the phrase asks for, where all headings were looked at.
    below: Option<Vec<bool>>,
    /// Else the same of its own heading, as far as it was asked for.
    headings: Vec<Option<bool>>,
    /// The places of what must be found besides, in order.
    companions: Option<Vec<(ClauseId, ProseSpan)>>,
}

/// For each section whether it is one of some, or stands below one.
fn below(document: &Document, sections: &[usize]) -> Vec<bool> {
    let mut below = vec![false; document.sections().len()];
    sections.iter().for_each(|section| below[*section] = true);
    // A section comes after the one around it.
    for (idx, section) in document.sections().iter().enumerate() {
        below[idx] |= section.parent.is_some_and(|parent| below[parent.0]);
    }
    below
}

/// What came of looking around a phrase.
enum Around {
    /// Something that it asks for is not there.
    Fails,
    /// All is there; what stands in another clause is evidence, too.
    Holds(Option<(ClauseId, ProseSpan)>),
}

/// A place that a phrase was found at, and the value that it gives.
struct Hit {
    clause: ClauseId,
    at: ProseSpan,
    part: Part,
    value: Option<String>,
}

/// What of a phrase a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Its words, all in the clause.
    Own,
    /// Its words, of which the first stand in the lead-in.
    Introduced,
    /// What it asks for besides, in another clause.
    Companion,
}

/// A clause up to this long, in bytes, is quoted whole.
const QUOTED_WHOLE: usize = 120;

/// How far, in bytes, a quotation is widened to where its phrase starts or ends.
const WIDENED: usize = 80;

/// The phrase around a match: a pattern ends at the last word that it needs, a reader wants to read on to the comma.
fn phrase_around(text: &str, at: ProseSpan) -> ProseSpan {
    if text.len() <= QUOTED_WHOLE {
        return ProseSpan { start: 0, end: text.len() };
    }
    let is_end = |c: char| ",;:.|()".contains(c);
    // Punctuation divides only before white space, or where a bracket is: not in an address, a number or an abbreviation.
    let divides = |at: usize, c: char| match c {
        '.' => ends_sentence(text, at),
        _ => is_end(c) && ("()|".contains(c) || text[at + 1..].starts_with([' ', '"', '\''])),
    };
    let before = text[..at.start].char_indices().rev().find(|(at, c)| divides(*at, *c));
    let from = before.map_or(0, |(at, _)| at + 1);
    // Where white space is missing ("(as it were);On the whole"), the punctuation stands in front.
    let gap = |c: char| c.is_whitespace() || ",;:.".contains(c);
    let from = from + (text[from..at.start].len() - text[from..at.start].trim_start_matches(gap).len());
    let after = text[at.end..].char_indices().map(|(offset, c)| (at.end + offset, c));
    let ends = |(at, c): &(usize, char)| divides(*at, *c) || (is_end(*c) && at + 1 == text.len());
    let to = match after.into_iter().find(ends) {
        Some((to, ')')) if opens(&text[from..to]) => to + 1,
        Some((to, _)) => to,
        None => text.len(),
    };
    let to = at.end.max(from + text[from..to].trim_end().len());
    ProseSpan {
        start: if at.start - from <= WIDENED { from } else { at.start },
        end: if to - at.end <= WIDENED { to } else { at.end + joined(&text[at.end..]) },
    }
}

/// How many bytes go on with the word before by hyphens: of a number that is written so ("1-888-555-0100"), too.
fn joined(rest: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '-';
    let length = if rest.starts_with('-') { rest.find(|c| !is_part(c)).unwrap_or(rest.len()) } else { 0 };
    rest[..length].trim_end_matches('-').len()
}

/// Whether a text opens a bracket that it doesn't close.
fn opens(text: &str) -> bool {
    text.matches('(').count() > text.matches(')').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_a_phrase() {
        let text = "If you order something, we rely on our legitimate interest (Art. 6(1)(f) GDPR) in not losing goods to fraud, \
                    which happens now and then, and on your consent where we asked for it, as told above in this notice.";
        let quoted = |words: &str| {
            let start = text.find(words).unwrap();
            let at = phrase_around(text, ProseSpan { start, end: start + words.len() });
            &text[at.start..at.end]
        };
        assert_eq!(quoted("legitimate interest"), "we rely on our legitimate interest");
        assert_eq!(quoted("losing goods"), "in not losing goods to fraud");
        assert_eq!(quoted("consent"), "and on your consent where we asked for it");
        assert_eq!(quoted("told above"), "as told above in this notice");
        let short = "We keep it for ten years, and then delete it.";
        let at = phrase_around(short, ProseSpan { start: 15, end: 24 });
        assert_eq!(&short[at.start..at.end], short);
    }

    #[test]
    fn a_quotation_ends_with_its_number_and_starts_with_a_word() {
        let text =
            format!("You can call us at 1-888-555-0100 and then go on {}.", "by all of the ways ".repeat(20).trim());
        let end = text.find("-888").unwrap();
        let at = phrase_around(&text, ProseSpan { start: 0, end });
        assert_eq!(&text[at.start..at.end], "You can call us at 1-888-555-0100");
        let text =
            format!("{} (where we need it);On other days we ask you.", "We do what the law asks for ".repeat(5).trim());
        let start = text.find("we ask").unwrap();
        let at = phrase_around(&text, ProseSpan { start, end: text.len() });
        assert_eq!(&text[at.start..at.end], "On other days we ask you.");
    }

    #[test]
    fn a_quotation_does_not_end_at_an_abbreviation() {
        let text = "Die Anmeldung verarbeiten wir auf Grundlage Ihrer Einwilligung nach Art. 6 Abs. 1 lit. a DSGVO, die Abrechnung \
                    zur Erfüllung des Vertrags mit der Beispiel GmbH & Co. KG bzw. deren Tochter, soweit nötig.";
        let quoted = |words: &str| {
            let start = text.find(words).unwrap();
            let at = phrase_around(text, ProseSpan { start, end: start + words.len() });
            &text[at.start..at.end]
        };
        assert_eq!(quoted("Einwilligung nach Art. 6"), &text[..text.find(", die").unwrap()]);
        let partner = "die Abrechnung zur Erfüllung des Vertrags mit der Beispiel GmbH & Co. KG bzw. deren Tochter";
        assert_eq!(quoted("Beispiel GmbH"), partner);
        let row = "Name | It is used to send you the invoice. It is kept for ten years, then deleted. | The law asks for it, as it does \
                   of every shop.";
        let start = row.find("ten").unwrap();
        let at = phrase_around(row, ProseSpan { start, end: start + "ten years".len() });
        assert_eq!(&row[at.start..at.end], "It is kept for ten years");
    }
}
