//! Conflicts: two things that a policy says and that cannot both hold.

use super::{Cause, Checker, Finding, Hit, Problem, Quotation};
use crate::diagnostic::{Label, Severity};
use crate::document::ClauseId;
use crate::rule::{Claim, RuleKind};

/// How many of the clauses that contradict a claim are shown: one refutes it, and a reader need not see all.
const SHOWN: usize = 3;

impl Checker<'_> {
    /// One finding at the first absolute claim that other clauses contradict.
    pub(super) fn conflict(&mut self, idx: usize, severity: Severity) -> Option<Finding> {
        let rules = self.rules;
        let rule = &rules.rules()[idx];
        let RuleKind::Conflict(conflict) = &rule.kind else { return None };
        if conflict.when.as_ref().is_some_and(|when| !self.holds(when)) {
            return None;
        }
        let absolute = self.claimed(&conflict.absolute);
        if absolute.is_empty() {
            return None;
        }
        let contrary = self.claimed(&conflict.contrary);
        let absolute = self.evidence(absolute, Quotation::Phrase);
        let contrary = self.evidence(contrary, Quotation::Phrase);
        absolute.iter().find_map(|absolute| {
            let against = contrary.iter().filter(|contrary| self.stand_apart(absolute.clause, contrary.clause));
            let related: Vec<Label> =
                against.take(SHOWN).map(|contrary| Label::new(contrary.span, &*conflict.contrary.says)).collect();
            let problem = Problem {
                cause: Cause::Found,
                severity,
                message: &conflict.message,
                primary: Label::new(absolute.span, &*conflict.absolute.says),
                related,
                words: self.document.clause(absolute.clause).prose.text(),
            };
            (!problem.related.is_empty()).then(|| problem.found_by(idx, rule))
        })
    }

    /// The places that make a claim with nothing beside them that narrows it.
    fn claimed(&mut self, claim: &Claim) -> Vec<Hit> {
        // What is ruled out was remembered for the other claim.
        self.vetoes.clear();
        let hits = self.search(&claim.phrases, claim.unless.as_ref());
        hits.into_iter().filter(|hit| !self.is_narrowed(claim, hit.clause)).collect()
    }

    fn is_narrowed(&mut self, claim: &Claim, clause: ClauseId) -> bool {
        let document = self.document;
        let next = ClauseId(clause.0 + 1);
        let has_next = document.clauses().get(next.0).is_some_and(|clause| clause.kind.is_statement());
        let mut found_in = |program: &_, clause| self.reading.is_in_clause(program, clause);
        claim.not.as_ref().is_some_and(|not| found_in(not, clause))
            || claim.not_next.as_ref().is_some_and(|not| has_next && found_in(not, next))
            || claim.not_under.as_ref().is_some_and(|not| {
                let mut above = document.headings(document.clause(clause).section);
                above.any(|(section, _)| self.reading.in_heading(not, section.0))
            })
    }

    /// Whether two clauses are two statements: not one clause that says both, nor a list and what introduces it.
    fn stand_apart(&self, one: ClauseId, other: ClauseId) -> bool {
        let introduced = |clause: ClauseId, by: ClauseId| self.document.clause(clause).lead_in.contains(&by);
        one != other && !introduced(one, other) && !introduced(other, one)
    }
}
