//! What an edit changed: two versions of one policy, each checked by the same rules, held against each other.
//!
//! Pure, as checking is. A change is told only where it can be seen: a disclosure's status or value, a claim whose
//! content words differ (`compare:` of its rule), a finding that came or went. Clauses that moved, were set differently
//! or say the same in other words are none; where an edit leaves open what it did to a claim, nothing is said of it.

mod align;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::check::content::{Said, said};
use crate::check::{Assessed, Assessment, Cause, Evidence, Finding};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{ClauseId, Document};
use crate::rule::{Additions, Disclosure, RuleKind, RuleSet, Status};
use crate::source::{SourceFile, Span};
use align::{Alignment, Likeness, Masks, Pair};

/// One version of a policy, checked.
#[derive(Clone, Copy, Debug)]
pub struct Version<'v> {
    /// The file.
    pub source: &'v SourceFile,
    /// What was read of it.
    pub document: &'v Document,
    /// What the rules made of that.
    pub assessment: &'v Assessment,
}

/// One thing that an edit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The rule's place in [`RuleSet::rules`].
    pub rule: usize,
    /// What changed.
    pub kind: ChangeKind,
    /// Where the old version shows it; may be empty.
    pub old: Vec<Passage>,
    /// Where the new version shows it; may be empty.
    pub new: Vec<Passage>,
}

/// What an edit can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A disclosure was there, if only vaguely, and is missing.
    Lost,
    /// A disclosure was clear and is vague.
    Weakened,
    /// A finding came that no change of a disclosure explains: a phrase that must not be there, or a disclosure that is
    /// only now asked for.
    Introduced {
        /// How bad it is.
        severity: Severity,
        /// What it says.
        message: String,
    },
    /// A disclosure has another value.
    Value {
        /// The value that it had.
        old: String,
        /// The value that it has.
        new: String,
    },
    /// A claim says something else.
    Claim {
        /// The words that are no longer said; empty where something was added.
        old: Vec<String>,
        /// The words that are said instead; empty where something was taken out.
        new: Vec<String>,
    },
    /// A disclosure was missing or not asked for, and is there, if only vaguely.
    Gained,
    /// A disclosure was vague and is clear.
    Strengthened,
    /// A finding went that no change of a disclosure explains.
    Fixed {
        /// What it said.
        message: String,
    },
}

impl ChangeKind {
    /// The name, as JSON writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Weakened => "weakened",
            Self::Introduced { .. } => "introduced",
            Self::Value { .. } => "value",
            Self::Claim { .. } => "claim",
            Self::Gained => "gained",
            Self::Strengthened => "strengthened",
            Self::Fixed { .. } => "fixed",
        }
    }

    /// What it did to the policy.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Lost | Self::Weakened | Self::Introduced { .. } => Effect::Worse,
            // Whether a policy tells something is judged here, not what it tells: which of two periods or stances is the
            // better one is for a reader to say.
            Self::Value { .. } | Self::Claim { .. } => Effect::Changed,
            Self::Gained | Self::Strengthened | Self::Fixed { .. } => Effect::Better,
        }
    }
}

/// What a change did to the policy. The order is from bad to good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It tells less than before.
    Worse,
    /// It tells something else.
    Changed,
    /// It tells more.
    Better,
}

impl Effect {
    /// All of them, from bad to good.
    pub const ALL: [Self; 3] = [Self::Worse, Self::Changed, Self::Better];

    /// The name, as JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Changed => "changed",
            Self::Better => "better",
        }
    }
}

/// Words of one version, with the clause around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Where the words stand in the file.
    pub span: Span,
    /// The clause as a reader sees it.
    pub text: String,
    /// The words in the text, in bytes.
    pub words: Range<usize>,
}

/// What an edit changed, the worst first, then in the order of the rules.
pub fn diff(old: Version<'_>, new: Version<'_>, rules: &RuleSet) -> Vec<Change> {
    let alignment = Alignment::of(old.document, new.document);
    let language = new.document.language();
    let rules = rules.in_language(language.code()).unwrap_or(rules);
    let comparison = Comparison { old, new, rules, alignment };
    let mut changes = comparison.statuses();
    changes.extend(comparison.findings());
    // What is claimed in another language can't be compared word by word.
    if old.document.language() == language {
        changes.extend(comparison.claims(&changes));
    }
    sort(&mut changes);
    changes
}

/// The changes where there is no old version: every finding came.
pub fn all_new(new: Version<'_>) -> Vec<Change> {
    let findings = new.assessment.findings.iter().filter(|finding| is_told(finding));
    let mut changes: Vec<Change> = findings.map(|finding| introduced(finding, new)).collect();
    sort(&mut changes);
    changes
}

fn sort(changes: &mut [Change]) {
    let place = |passages: &[Passage]| passages.first().map(|passage| passage.span);
    changes.sort_by_key(|change| (change.kind.effect(), change.rule, place(&change.old), place(&change.new)));
}

struct Comparison<'c> {
    old: Version<'c>,
    new: Version<'c>,
    rules: &'c RuleSet,
    alignment: Alignment<'c>,
}

impl Comparison<'_> {
    /// What became of the disclosures.
    fn statuses(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for (old, new) in self.old.assessment.disclosures.iter().zip(&self.new.assessment.disclosures) {
            use Status::{Disclosed, Missing, NotApplicable, Vague};
            let finding = |version: Version<'_>| -> Option<Finding> {
                let mut findings = version.assessment.findings.iter();
                findings.find(|finding| finding.rule == new.rule && is_shortcoming(finding)).cloned()
            };
            let kind = match (old.status, new.status) {
                (Disclosed | Vague, Missing) => ChangeKind::Lost,
                (Disclosed, Vague) => ChangeKind::Weakened,
                (Vague, Disclosed) => ChangeKind::Strengthened,
                (Missing, Disclosed | Vague) | (NotApplicable, Disclosed) => ChangeKind::Gained,
                (Disclosed, Disclosed) | (Vague, Vague) => match (&old.value, &new.value) {
                    (Some(before), Some(after)) if before != after => {
                        ChangeKind::Value { old: before.clone(), new: after.clone() }
                    }
                    _ => continue,
                },
                (NotApplicable, Missing | Vague) => {
                    changes.extend(finding(self.new).map(|finding| introduced(&finding, self.new)));
                    continue;
                }
                (Missing | Vague, NotApplicable) => {
                    changes.extend(finding(self.old).map(|finding| fixed(&finding, self.old)));
                    continue;
                }
                (Missing, Missing) | (Disclosed, NotApplicable) | (NotApplicable, NotApplicable) => continue,
            };
            let quotations = |evidence: &[Evidence]| evidence.iter().map(quoted).collect();
            changes.push(Change {
                rule: new.rule,
                kind,
                old: quotations(&old.evidence),
                new: quotations(&new.evidence),
            });
        }
        changes
    }

    /// The findings that came and went, but for those that tell a disclosure's status. One whose clause was reworded did
    /// neither.
    fn findings(&self) -> Vec<Change> {
        let own = |version: Version<'_>| -> Vec<Finding> {
            let findings = version.assessment.findings.iter();
            findings.filter(|finding| !is_shortcoming(finding) && is_told(finding)).cloned().collect()
        };
        let (mut gone, mut came) = (own(self.old), own(self.new));
        strike_out(&mut gone, &mut came, |gone, came| gone.fingerprint == came.fingerprint);
        let clause_of =
            |finding: &Finding, version: Version<'_>| clause_at(version.document, finding.diagnostic.primary.span);
        let edited: BTreeSet<ClauseId> = gone.iter().filter_map(|finding| clause_of(finding, self.old)).collect();
        let pairs = self.alignment.pairs(&edited, &Masks::new(), &Masks::new());
        let partner: BTreeMap<ClauseId, ClauseId> = pairs.into_iter().map(|pair| (pair.old, pair.new)).collect();
        strike_out(&mut gone, &mut came, |gone, came| {
            let before = clause_of(gone, self.old).and_then(|clause| partner.get(&clause).copied());
            gone.rule == came.rule && before.is_some() && before == clause_of(came, self.new)
        });
        let gone = gone.iter().map(|finding| fixed(finding, self.old));
        gone.chain(came.iter().map(|finding| introduced(finding, self.new))).collect()
    }

    /// The claims that say something else, of disclosures that are as clear as before.
    fn claims(&self, statuses: &[Change]) -> Vec<Change> {
        let mut found = Vec::new();
        for (old, new) in self.old.assessment.disclosures.iter().zip(&self.new.assessment.disclosures) {
            let RuleKind::Disclosure(disclosure) = &self.rules.rules()[new.rule].kind else { continue };
            if old.status == new.status && !old.evidence.is_empty() && !disclosure.compare.is_empty() {
                let old_side = Claims::read(disclosure, old, self.old, self.rules);
                let new_side = Claims::read(disclosure, new, self.new, self.rules);
                let width = old_side.width() + new_side.width();
                let changes = self.claim(new.rule, &old_side, &new_side);
                found.extend(changes.into_iter().map(|change| (width, change)));
            }
        }
        // What a change of a status explains is told there.
        found.retain(|(_, change)| !statuses.iter().any(|status| self.explains(status, change)));
        // The same words can be content of two rules, like the address of an officer at the company's: the rule with the
        // fewer clauses is the one that they are about.
        found.sort_by_key(|(width, change)| (*width, change.rule));
        let mut kept: Vec<Change> = Vec::new();
        for (_, change) in found {
            if !kept.iter().any(|other| other.old == change.old && other.new == change.new) {
                kept.push(change);
            }
        }
        kept
    }

    fn claim(&self, rule: usize, old: &Claims<'_>, new: &Claims<'_>) -> Vec<Change> {
        let clauses: BTreeSet<ClauseId> = old.evidence.iter().chain(old.said.keys()).copied().collect();
        let pairs = self.alignment.pairs(&clauses, &old.masks(), &new.masks());
        let mut changes = Vec::new();
        let (mut told_old, mut told_new) = (BTreeSet::new(), BTreeSet::new());
        for pair in &pairs {
            let (gone, mut came) = self.replaced(*pair, old, new);
            if gone.is_empty() {
                came.retain(|said| said.additions == Additions::Told);
            }
            if !(gone.is_empty() && came.is_empty()) {
                told_old.extend(gone.iter().map(|said| said.key.clone()));
                told_new.extend(came.iter().map(|said| said.key.clone()));
                changes.push(Change {
                    rule,
                    kind: ChangeKind::Claim { old: shown(&gone), new: shown(&came) },
                    old: vec![old.passage(pair.old, &gone)],
                    new: vec![new.passage(pair.new, &came)],
                });
            }
        }
        // A clause without a partner was taken out, or is new. What it alone said is said no more, or now.
        let single =
            |side: &Claims<'_>, other: &Claims<'_>, told: &BTreeSet<String>, is_free: &dyn Fn(ClauseId) -> bool| {
                let mut seen = told.clone();
                let mut found = Vec::new();
                for clause in side.evidence.iter().filter(|clause| is_free(**clause)) {
                    let said = side.said(*clause).iter().filter(|said| other.count(&said.key) == 0);
                    let said: Vec<Said> = said.filter(|said| seen.insert(said.key.clone())).cloned().collect();
                    if !said.is_empty() {
                        found.push((shown(&said), vec![side.passage(*clause, &said)]));
                    }
                }
                found
            };
        let gone = |clause| self.alignment.is_gone(clause) && !pairs.iter().any(|pair| pair.old == clause);
        let came = |clause| self.alignment.is_new(clause) && !pairs.iter().any(|pair| pair.new == clause);
        told_new.extend(new.additions_ignored());
        for (words, passages) in single(old, new, &told_old, &gone) {
            let kind = ChangeKind::Claim { old: words, new: Vec::new() };
            changes.push(Change { rule, kind, old: passages, new: Vec::new() });
        }
        for (words, passages) in single(new, old, &told_new, &came) {
            let kind = ChangeKind::Claim { old: Vec::new(), new: words };
            changes.push(Change { rule, kind, old: Vec::new(), new: passages });
        }
        changes
    }

    /// The content that one clause of a pair has and the other has not; none where the edit leaves that open.
    fn replaced(&self, pair: Pair, old: &Claims<'_>, new: &Claims<'_>) -> (Vec<Said>, Vec<Said>) {
        let (before, after) = (old.said(pair.old), new.said(pair.new));
        match (pair.likeness, old.evidence.contains(&pair.old), new.evidence.contains(&pair.new)) {
            // Only the content differs: each took the place of another.
            (Likeness::Same, true, _) | (Likeness::Same, _, true) => {
                let differ = before.iter().zip(after).filter(|(before, after)| before.key != after.key);
                differ.map(|(before, after)| (before.clone(), after.clone())).unzip()
            }
            (likeness, true, true) => {
                let mut gone =
                    lacking(before, &new.said_around(pair.new, &|clause| self.alignment.is_new(clause)), old, new);
                let mut came =
                    lacking(after, &old.said_around(pair.old, &|clause| self.alignment.is_gone(clause)), new, old);
                // Nothing took its place: it may stand elsewhere, in words that were there before.
                if (gone.is_empty() || came.is_empty()) && likeness < Likeness::Close {
                    gone.retain(|said| new.count(&said.key) == 0);
                    came.retain(|said| old.count(&said.key) == 0);
                }
                (gone, came)
            }
            _ => (Vec::new(), Vec::new()),
        }
    }

    /// Whether a disclosure that came or went takes a claim with it: the words stood in its clause.
    fn explains(&self, status: &Change, claim: &Change) -> bool {
        let ChangeKind::Claim { old: gone, new: came } = &claim.kind else { return false };
        let share = |version: Version<'_>, left: &[Passage], right: &[Passage]| {
            let clauses = |passages: &[Passage]| -> BTreeSet<Option<ClauseId>> {
                passages.iter().map(|passage| clause_at(version.document, passage.span)).collect()
            };
            !clauses(left).is_disjoint(&clauses(right))
        };
        match status.kind {
            ChangeKind::Lost | ChangeKind::Weakened => came.is_empty() && share(self.old, &status.old, &claim.old),
            ChangeKind::Gained | ChangeKind::Strengthened => {
                gone.is_empty() && share(self.new, &status.new, &claim.new)
            }
            _ => false,
        }
    }
}

/// What a version claims, as far as one rule can tell.
struct Claims<'v> {
    version: Version<'v>,
    /// The clauses that show the disclosure.
    evidence: BTreeSet<ClauseId>,
    /// The content of every statement that has some.
    said: BTreeMap<ClauseId, Vec<Said>>,
    /// How often each content is said.
    counts: BTreeMap<String, usize>,
}

impl<'v> Claims<'v> {
    fn read(disclosure: &Disclosure, assessed: &Assessed, version: Version<'v>, rules: &RuleSet) -> Self {
        let document = version.document;
        let mut reading = rules.read(document);
        let mut all = BTreeMap::new();
        let mut counts = BTreeMap::new();
        for (idx, clause) in document.clauses().iter().enumerate() {
            if !clause.kind.is_statement() {
                continue;
            }
            let said = said(&disclosure.compare, disclosure.unless.as_ref(), ClauseId(idx), document, &mut reading);
            said.iter().for_each(|said| *counts.entry(said.key.clone()).or_default() += 1);
            if !said.is_empty() {
                all.insert(ClauseId(idx), said);
            }
        }
        let evidence = assessed.evidence.iter().map(|evidence| evidence.clause).collect();
        Self { version, evidence, said: all, counts }
    }

    fn said(&self, clause: ClauseId) -> &[Said] {
        self.said.get(&clause).map_or(&[], Vec::as_slice)
    }

    fn count(&self, key: &str) -> usize {
        self.counts.get(key).copied().unwrap_or_default()
    }

    /// How many of the clauses that show the disclosure have content.
    fn width(&self) -> usize {
        self.evidence.iter().filter(|clause| !self.said(**clause).is_empty()).count()
    }

    fn masks(&self) -> Masks {
        self.said.iter().map(|(clause, said)| (*clause, said.iter().map(|said| said.at).collect())).collect()
    }

    /// What is not told where it comes in addition.
    fn additions_ignored(&self) -> impl Iterator<Item = String> + '_ {
        let ignored = self.said.values().flatten().filter(|said| said.additions == Additions::Ignored);
        ignored.map(|said| said.key.clone())
    }

    /// What a clause says together with those around it that may be a part of it in another setting: what introduces it,
    /// and its neighbours as far as they were edited.
    fn said_around(&self, clause: ClauseId, is_edited: &dyn Fn(ClauseId) -> bool) -> BTreeSet<&str> {
        let count = self.version.document.clauses().len();
        let near = clause.0.saturating_sub(1)..(clause.0 + 2).min(count);
        let near = near.map(ClauseId).filter(|other| *other == clause || is_edited(*other));
        let lead_in = self.version.document.clause(clause).lead_in.iter().copied();
        near.chain(lead_in).flat_map(|clause| self.said(clause)).map(|said| said.key.as_str()).collect()
    }

    /// The first of some words, in their clause; the whole clause where there are none.
    fn passage(&self, clause: ClauseId, said: &[Said]) -> Passage {
        let prose = &self.version.document.clause(clause).prose;
        let at = said.first().map_or(prose.whole(), |said| said.at);
        Passage { span: prose.span(at), text: prose.text().to_owned(), words: at.start..at.end }
    }
}

/// The content of a clause that its partner lacks, but for what went to another clause there: that is said as often as
/// before.
fn lacking(said: &[Said], partner: &BTreeSet<&str>, here: &Claims<'_>, there: &Claims<'_>) -> Vec<Said> {
    let mut seen = BTreeSet::new();
    let lacks = |said: &&Said| !partner.contains(said.key.as_str());
    let fewer = |said: &&Said| there.count(&said.key) < here.count(&said.key);
    said.iter().filter(lacks).filter(fewer).filter(|said| seen.insert(said.key.clone())).cloned().collect()
}

fn shown(said: &[Said]) -> Vec<String> {
    said.iter().map(|said| said.shown.clone()).collect()
}

/// Whether a finding that comes or goes is told: advice on wording comes with every sentence.
fn is_told(finding: &Finding) -> bool {
    finding.diagnostic.severity > Severity::Advice
}

/// Whether a finding tells a disclosure's status.
fn is_shortcoming(finding: &Finding) -> bool {
    matches!(finding.cause, Cause::Missing | Cause::Vague)
}

/// Takes the findings out of both lists that match, one for one.
fn strike_out(gone: &mut Vec<Finding>, came: &mut Vec<Finding>, same: impl Fn(&Finding, &Finding) -> bool) {
    gone.retain(|before| match came.iter().position(|after| same(before, after)) {
        Some(idx) => {
            came.remove(idx);
            false
        }
        None => true,
    });
}

/// The clause that a place lies in.
fn clause_at(document: &Document, place: Span) -> Option<ClauseId> {
    let clauses = document.clauses();
    let idx = clauses.partition_point(|clause| clause.span.start() <= place.start()).checked_sub(1)?;
    (place.start() < clauses[idx].span.end()).then_some(ClauseId(idx))
}

fn introduced(finding: &Finding, version: Version<'_>) -> Change {
    let Diagnostic { severity, message, .. } = &finding.diagnostic;
    let kind = ChangeKind::Introduced { severity: *severity, message: message.clone() };
    Change { rule: finding.rule, kind, old: Vec::new(), new: vec![place_of(finding, version)] }
}

fn fixed(finding: &Finding, version: Version<'_>) -> Change {
    let kind = ChangeKind::Fixed { message: finding.diagnostic.message.clone() };
    Change { rule: finding.rule, kind, old: vec![place_of(finding, version)], new: Vec::new() }
}

/// Where a finding is; without words where it is about something that is not there.
fn place_of(finding: &Finding, version: Version<'_>) -> Passage {
    let span = finding.diagnostic.primary.span;
    let words = match finding.cause {
        Cause::Missing => "",
        Cause::Vague | Cause::Found => version.source.slice(span),
    };
    Passage { span, text: words.to_owned(), words: 0..words.len() }
}

fn quoted(evidence: &Evidence) -> Passage {
    Passage { span: evidence.span, text: evidence.text.clone(), words: 0..evidence.text.len() }
}
