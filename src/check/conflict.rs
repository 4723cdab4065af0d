//! Conflicts: two things that a policy says and that cannot both hold.

use std::collections::BTreeSet;

use super::content::{Comparison, Said, compare, said};
use super::search::{Hit, is_under};
use super::{Cause, Checker, Evidence, Finding, Problem, Quotation};
use crate::diagnostic::{Label, Severity};
use crate::document::{ClauseId, Prose, ProseSpan, SectionId};
use crate::rule::{About, Claim, ClaimValue, Claims, RuleKind};

/// How many of the clauses that contradict a claim are shown: one refutes it, and a reader need not see all.
const SHOWN: usize = 3;

/// So many places that make a claim are held against each other: a document with more is no policy any more, and each of
/// them is held against all.
const MOST_STATEMENTS: usize = 100;

/// A place that makes a claim.
#[derive(Debug)]
struct Statement {
    evidence: Evidence,
    /// What the claim is made about; nothing where the rule does not ask.
    about: Option<Circumstances>,
    /// The values that its clause gives; none where the rule does not ask.
    values: Vec<Said>,
    limit: Limit,
}

/// How a value is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Exact,
    AtMost,
    AtLeast,
}

/// What a claim is about, for whom, and when: the words that make a difference.
#[derive(Debug)]
struct Circumstances {
    /// Those of the clause and of what introduces it; never empty.
    words: BTreeSet<String>,
    /// Those of each heading above.
    headings: Vec<(SectionId, BTreeSet<String>)>,
}

/// A claim with what contradicts it.
struct Refuted {
    clause: ClauseId,
    primary: Label,
    related: Vec<Label>,
}

impl Checker<'_> {
    /// One finding at the first claim that other clauses contradict.
    pub(super) fn conflict(&mut self, idx: usize, severity: Severity) -> Option<Finding> {
        let rules = self.rules;
        let rule = &rules.rules()[idx];
        let RuleKind::Conflict(conflict) = &rule.kind else { return None };
        if conflict.when.as_ref().is_some_and(|when| !self.holds(when)) {
            return None;
        }
        let refuted = match &conflict.claims {
            Claims::Opposed { absolute, contrary } => {
                let made = self.statements(absolute, None);
                if made.is_empty() {
                    return None;
                }
                let against = self.statements(contrary, None);
                self.first_refuted((absolute, &made), (contrary, &against), |_, _| true)
            }
            Claims::Valued { claim, value } => {
                let made = self.statements(claim, Some(value));
                let differ = |one: &Statement, other: &Statement| give_other_values(one, other, &made);
                self.first_refuted((claim, &made), (claim, &made), differ)
            }
            Claims::Unread => None,
        }?;
        let problem = Problem {
            cause: Cause::Found,
            severity,
            message: &conflict.message,
            primary: refuted.primary,
            related: refuted.related,
            words: self.document.clause(refuted.clause).prose.text(),
        };
        Some(problem.found_by(idx, rule))
    }

    fn first_refuted(
        &self,
        (claim, made): (&Claim, &[Statement]),
        (contrary, against): (&Claim, &[Statement]),
        contradict: impl Fn(&Statement, &Statement) -> bool,
    ) -> Option<Refuted> {
        made.iter().find_map(|one| {
            let refuting = against.iter().filter(|other| {
                self.stand_apart(one.evidence.clause, other.evidence.clause)
                    && contradict(one, other)
                    && are_about_the_same(one, other)
            });
            let related: Vec<Label> =
                refuting.take(SHOWN).map(|other| Label::new(other.evidence.span, &*contrary.says)).collect();
            let primary = Label::new(one.evidence.span, &*claim.says);
            (!related.is_empty()).then_some(Refuted { clause: one.evidence.clause, primary, related })
        })
    }

    /// The places that make a claim with nothing beside them that narrows it, and that say what the rule asks for.
    fn statements(&mut self, claim: &Claim, value: Option<&ClaimValue>) -> Vec<Statement> {
        // What is ruled out was remembered for the other claim.
        let mut hits = self.search(claim.unless.as_ref()).find(&claim.phrases);
        hits.retain(|hit: &Hit| !self.is_narrowed(claim, hit.clause));
        let evidence = self.evidence(hits, Quotation::Phrase);
        let statements = evidence.into_iter().filter_map(|evidence| self.statement(claim, value, evidence));
        statements.take(MOST_STATEMENTS).collect()
    }

    fn statement(&mut self, claim: &Claim, value: Option<&ClaimValue>, evidence: Evidence) -> Option<Statement> {
        let clause = evidence.clause;
        let (values, limit) = match value {
            None => (Vec::new(), Limit::Exact),
            Some(value) => {
                let values = said(&value.words, claim.unless.as_ref(), clause, self.document, &mut self.reading);
                let mut is_said = |limit: &Option<_>| {
                    limit.as_ref().is_some_and(|limit| !self.reading.in_clause(limit, clause).is_empty())
                };
                let limit = match (is_said(&value.at_most), is_said(&value.at_least)) {
                    (false, false) => Limit::Exact,
                    (true, false) => Limit::AtMost,
                    (false, true) => Limit::AtLeast,
                    // A range, or two values that are meant in two ways.
                    (true, true) => return None,
                };
                (values, limit)
            }
        };
        if value.is_some() && values.is_empty() {
            return None;
        }
        let about = match &claim.about {
            Some(about) => Some(self.circumstances(about, value, clause)?),
            None => None,
        };
        Some(Statement { evidence, about, values, limit })
    }

    fn is_narrowed(&mut self, claim: &Claim, clause: ClauseId) -> bool {
        let document = self.document;
        let next = ClauseId(clause.0 + 1);
        let has_next = document.clauses().get(next.0).is_some_and(|clause| clause.kind.is_statement());
        let mut found_in = |program: &_, clause| self.reading.is_in_clause(program, clause);
        claim.not.as_ref().is_some_and(|not| found_in(not, clause))
            || claim.not_next.as_ref().is_some_and(|not| has_next && found_in(not, next))
            || claim.not_under.as_ref().is_some_and(|not| is_under(document, &mut self.reading, not, clause))
    }

    /// What a claim is about: all words of its clause, and of what introduces it, that are neither its value nor known to
    /// make no difference. Nothing where no word is left: then the claim is about whatever was spoken of before.
    fn circumstances(&mut self, about: &About, value: Option<&ClaimValue>, clause: ClauseId) -> Option<Circumstances> {
        let document = self.document;
        let reading = &mut self.reading;
        let mut words = BTreeSet::new();
        for part in document.clause(clause).lead_in.iter().copied().chain([clause]) {
            let subject = said(&about.subject, None, part, document, reading);
            let mut told: Vec<ProseSpan> = subject.iter().map(|said| said.at).collect();
            if let Some(value) = value {
                told.extend(said(&value.words, None, part, document, reading).iter().map(|said| said.at));
            }
            let limits = value.into_iter().flat_map(|value| value.at_most.iter().chain(&value.at_least));
            for ignored in about.ignore.iter().chain(limits) {
                let found = reading.in_clause(ignored, part);
                told.extend(found.into_iter().filter_map(|found| reading.passage(part).own(found)));
            }
            words.extend(subject.into_iter().map(|said| said.key));
            words.extend(words_besides(&document.clause(part).prose, told));
        }
        let headings = document.headings(document.clause(clause).section).map(|(section, heading)| {
            let ignored = about.ignore.iter().chain(&about.ignore_under);
            let mut told: Vec<ProseSpan> =
                ignored.flat_map(|ignore| reading.places_in_heading(ignore, section.0)).collect();
            let mut words = BTreeSet::new();
            for subject in &about.subject {
                let places = reading.places_in_heading(&subject.program, section.0);
                words.extend(subject.name.clone().filter(|_| !places.is_empty()));
                told.extend(places);
            }
            words.extend(words_besides(&heading.prose, told));
            (section, words)
        });
        let headings = headings.collect();
        (!words.is_empty()).then_some(Circumstances { words, headings })
    }

    /// Whether two clauses are two statements: not one clause that says both, nor a list and what introduces it.
    fn stand_apart(&self, one: ClauseId, other: ClauseId) -> bool {
        let introduced = |clause: ClauseId, by: ClauseId| self.document.clause(clause).lead_in.contains(&by);
        one != other && !introduced(one, other) && !introduced(other, one)
    }
}

/// The words of a prose outside of some stretches, written so that upper case and a final "s" make no difference.
fn words_besides(prose: &Prose, mut stretches: Vec<ProseSpan>) -> BTreeSet<String> {
    let text = prose.text();
    stretches.sort_unstable();
    let mut words = BTreeSet::new();
    let mut from = 0;
    for stretch in stretches.into_iter().chain([ProseSpan { start: text.len(), end: text.len() }]) {
        let piece = text.get(from..stretch.start).unwrap_or_default();
        from = from.max(stretch.end);
        let found = piece.split(|c: char| !c.is_alphanumeric() && c != '\'').map(|word| word.trim_matches('\''));
        let plain = found.map(|word| word.strip_suffix("'s").unwrap_or(word).to_lowercase());
        words.extend(plain.map(|word| word.strip_suffix('s').map(str::to_owned).unwrap_or(word)));
    }
    words.remove("");
    words
}

/// Whether one claim gives nothing but values that can't be meant where the other's are, and no third one gives both as
/// alternatives.
fn give_other_values(one: &Statement, other: &Statement, all: &[Statement]) -> bool {
    let excludes = |left: &Said, right: &Said| {
        let comparison = compare(&left.shown, &right.shown);
        match (one.limit, other.limit) {
            _ if comparison == Comparison::PerhapsEqual => false,
            (Limit::Exact, Limit::AtMost) | (Limit::AtLeast, Limit::AtMost | Limit::Exact) => {
                comparison != Comparison::Shorter
            }
            (Limit::AtMost, Limit::Exact | Limit::AtLeast) | (Limit::Exact, Limit::AtLeast) => {
                comparison != Comparison::Longer
            }
            (Limit::Exact, Limit::Exact) | (Limit::AtMost, Limit::AtMost) | (Limit::AtLeast, Limit::AtLeast) => true,
        }
    };
    let gives_one_of = |third: &Statement, values: &[Said]| {
        let equal = |left: &Said, right: &Said| compare(&left.shown, &right.shown) == Comparison::PerhapsEqual;
        third.values.iter().any(|value| values.iter().any(|other| equal(value, other)))
    };
    one.values.iter().all(|left| other.values.iter().all(|right| excludes(left, right)))
        && !all.iter().any(|third| gives_one_of(third, &one.values) && gives_one_of(third, &other.values))
}

/// Whether two claims are about the same, in the same circumstances. A claim that does not ask is about everything.
fn are_about_the_same(one: &Statement, other: &Statement) -> bool {
    let (Some(one), Some(other)) = (&one.about, &other.about) else { return true };
    // Headings that stand over both, and what the clause says itself, do not tell them apart.
    let above = |this: &Circumstances, that: &Circumstances| -> BTreeSet<String> {
        let shared = |section: SectionId| that.headings.iter().any(|(other, _)| *other == section);
        let own = this.headings.iter().filter(|(section, _)| !shared(*section)).flat_map(|(_, words)| words);
        own.filter(|word| !this.words.contains(*word)).cloned().collect()
    };
    one.words == other.words && above(one, other) == above(other, one)
}
