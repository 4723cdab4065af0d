//! Suppression: findings that people have decided not to act on, and what they say about it.
//!
//! There are two ways to say it. A comment in the document (`directive`) reaches the next clause, a section or the file.
//! An entry of the suppressions file (`entries`) names one finding by its fingerprint, so that nothing of it is
//! published. Both take findings out of an [`Assessment`] and keep them in [`field@Assessment::set_aside`], with the reason;
//! and both are held to account: one that suppresses nothing, has run out or can't be read becomes a finding itself, by
//! the rules that [`Rule::is_about_suppressions`](crate::rule::Rule::is_about_suppressions) tells.
//!
//! Pure: which files there are is told by the caller.

mod directive;
mod entries;

use std::cell::OnceCell;
use std::mem::discriminant;
use std::ops::Range;

use time::Date;
use time::macros::format_description;

pub use entries::{Entry, NewEntry, SuppressionsFile};

use crate::check::{Assessment, Because, Cause, Finding, Fingerprint, Settings};
use crate::diagnostic::{Diagnostic, Label};
use crate::document::{Document, SectionId};
use crate::rule::{RuleKind, RuleSet, StructureCheck, did_you_mean};
use crate::source::Span;
use directive::{Directive, Reach, Read, Selector};

/// Reads a day, as in `2026-01-31`; nothing if the text is none.
pub(crate) fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

/// A checked file, by the path that entries name it by.
#[derive(Debug)]
pub struct Subject<'s> {
    /// The path from the folder of the file that holds the entries, parted by slashes.
    pub path: String,
    /// How it was checked.
    pub settings: &'s Settings,
    /// What the rules made of it.
    pub assessment: &'s mut Assessment,
}

/// What a run can tell of a file that an entry names and that was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
    /// It is there; this run has not looked at it.
    Elsewhere,
    /// It is gone, and the run has not looked at all files of the folder that it was in.
    Gone,
    /// It is gone, and the run has looked at all files of the folder that it was in.
    GoneForGood,
}

/// What a run has looked at.
pub struct Scope<'s> {
    /// Whether it has looked at all that lies in the folder of the file that holds the entries.
    pub whole: bool,
    /// Where a file is that was not checked.
    pub whereabouts: &'s dyn Fn(&str) -> Whereabouts,
}

// ------------------------------------------------------------------------------------------------------------------
// Comments

/// The most comments of one document that can suppress something: each is held against each finding.
const MOST_DIRECTIVES: usize = 1000;

/// Sets aside what comments of the document suppress, and finds what is wrong with those comments. A document that was
/// not read for its language is left as it is.
pub fn by_comments(document: &Document, assessment: &mut Assessment, rules: &RuleSet, settings: &Settings) {
    if rules.in_language(document.language().code()).is_none() || document.comments().is_empty() {
        return;
    }
    let outline = OnceCell::new();
    let outline = || outline.get_or_init(|| Outline::new(document));
    let accounts = Accounts { rules, settings };
    let mut found = Vec::new();
    let mut in_force: Vec<InForce> = Vec::new();
    let mut directives = 0_usize;
    for comment in document.comments() {
        let Read::Directive { directive, mistakes } = directive::read(&comment.text, rules) else { continue };
        directives += 1;
        if directives > MOST_DIRECTIVES {
            let mistake = format!(
                "a document has at most {MOST_DIRECTIVES} of them, and this one and all after it hold for nothing; \
                 suppress sections or the file, or use a suppressions file"
            );
            found.extend(accounts.malformed(comment.span, &mistake));
            break;
        }
        for mistake in mistakes {
            found.extend(accounts.malformed(comment.span, &mistake));
        }
        let Some(directive) = directive else { continue };
        if let Some(until) = directive.until.filter(|until| accounts.has_passed(*until)) {
            let words = shown(directive.selectors.iter());
            found.extend(accounts.expired(comment.span, until, &words));
            continue;
        }
        let reach = outline().reach(directive.reach, comment.span);
        let used = vec![false; directive.selectors.len()];
        let before = outline().before(comment.span);
        in_force.push(InForce { directive, reach, before, at: comment.span, used });
    }
    assessment.set_aside(|finding| {
        let holding = in_force.iter().find(|comment| comment.holds(finding, rules))?;
        let Directive { reason, until, .. } = &holding.directive;
        Some(Because::Comment { reason: reason.clone(), at: holding.at, until: *until })
    });
    // Of several comments that hold for one finding, all are used.
    for comment in &mut in_force {
        for aside in &assessment.set_aside {
            comment.mark(&aside.finding, rules);
        }
        found.extend(comment.unused(assessment, &accounts));
    }
    assessment.add(found);
}

/// A directive that has not run out.
struct InForce {
    directive: Directive,
    /// The bytes of the file that it reaches.
    reach: Range<usize>,
    /// The bytes of the clause or heading before it, which it does not reach.
    before: Range<usize>,
    at: Span,
    /// For each selector, whether it has set anything aside.
    used: Vec<bool>,
}

impl InForce {
    fn holds(&self, finding: &Finding, rules: &RuleSet) -> bool {
        let rule = &rules.rules()[finding.rule].id;
        self.reach.contains(&finding.diagnostic.primary.span.start())
            && self.directive.selectors.iter().any(|selector| selector.fits(rule))
    }

    fn mark(&mut self, finding: &Finding, rules: &RuleSet) {
        if self.holds(finding, rules) {
            let rule = &rules.rules()[finding.rule].id;
            let selectors = self.directive.selectors.iter();
            self.used.iter_mut().zip(selectors).for_each(|(used, selector)| *used |= selector.fits(rule));
        }
    }

    fn unused(&self, assessment: &Assessment, accounts: &Accounts<'_>) -> Vec<Finding> {
        let selectors = self.directive.selectors.iter().zip(&self.used);
        let unused: Vec<&Selector> = selectors
            .filter(|(selector, used)| !**used && accounts.runs(|rule| selector.fits(rule)))
            .map(|(selector, _)| selector)
            .collect();
        if unused.is_empty() {
            return Vec::new();
        }
        let fits = |finding: &&Finding| {
            let rule = &accounts.rules.rules()[finding.rule].id;
            unused.iter().any(|selector| selector.fits(rule))
        };
        let mut others = assessment.findings.iter().filter(fits);
        let is_missing = others.clone().any(|finding| finding.cause == Cause::Missing);
        let is_before = others.any(|finding| self.before.contains(&finding.diagnostic.primary.span.start()));
        let hint = if is_missing {
            Some(
                "What is missing is missing from the whole file: `clauselint-ignore-file` holds wherever it is reported.",
            )
        } else {
            is_before.then_some("It holds for what follows it: put it before the clause that it is for.")
        };
        let words = shown(unused.into_iter());
        accounts.unused(self.at, &format!("nothing of `{words}` is found where it holds"), &words, hint)
    }
}

fn shown<'s>(selectors: impl Iterator<Item = &'s Selector>) -> String {
    selectors.map(Selector::shown).collect::<Vec<_>>().join(", ")
}

/// What comments can stand before: headings and clauses, in the order of the file.
struct Outline<'d> {
    document: &'d Document,
    elements: Vec<Element>,
}

#[derive(Clone, Copy)]
struct Element {
    span: Span,
    section: SectionId,
}

impl Element {
    /// The bytes of the file that it takes, one at least.
    fn bytes(self) -> Range<usize> {
        self.span.start()..self.span.end().max(self.span.start() + 1)
    }
}

impl<'d> Outline<'d> {
    fn new(document: &'d Document) -> Self {
        let headings = document.sections().iter().enumerate().filter_map(|(idx, section)| {
            section.heading.as_ref().map(|heading| Element { span: heading.span, section: SectionId(idx) })
        });
        let clauses = document.clauses().iter().map(|clause| Element { span: clause.span, section: clause.section });
        let mut elements: Vec<Element> = headings.chain(clauses).collect();
        elements.sort_by_key(|element| element.span);
        Self { document, elements }
    }

    /// The bytes of the file that a comment reaches; none where nothing follows it.
    fn reach(&self, reach: Reach, comment: Span) -> Range<usize> {
        if reach == Reach::File {
            return 0..usize::MAX;
        }
        let around = self
            .elements
            .iter()
            .find(|element| element.span.start() < comment.start() && comment.end() < element.span.end());
        let next = || self.elements.iter().find(|element| element.span.start() >= comment.end());
        let Some(element) = around.or_else(next) else { return 0..0 };
        match reach {
            Reach::Section => self.section(element.section),
            Reach::Next | Reach::File => element.bytes(),
        }
    }

    /// The bytes of what ends before a comment; none where nothing does.
    fn before(&self, comment: Span) -> Range<usize> {
        let ended = self.elements.iter().rev().find(|element| element.span.end() <= comment.start());
        ended.map_or(0..0, |element| element.bytes())
    }

    /// The bytes of a section, its heading and all sections below it included; of the root, those before all headings.
    fn section(&self, id: SectionId) -> Range<usize> {
        let sections = self.document.sections();
        let start_of =
            |idx: usize| sections.get(idx).and_then(|section| section.heading.as_ref()).map(|it| it.span.start());
        if id == SectionId::ROOT {
            return 0..start_of(1).unwrap_or(usize::MAX);
        }
        let is_below = |idx: usize| {
            std::iter::successors(Some(SectionId(idx)), |id| sections[id.0].parent).any(|above| above == id)
        };
        let end = (id.0 + 1..sections.len()).find(|idx| !is_below(*idx)).and_then(start_of);
        start_of(id.0).unwrap_or(0)..end.unwrap_or(usize::MAX)
    }
}

// ------------------------------------------------------------------------------------------------------------------
// Entries of the suppressions file

/// Sets aside what entries of a suppressions file suppress, and returns what is wrong with those entries, placed in that
/// file.
///
/// An entry holds for the files that its path names. Where that is one file which is gone, the entry goes with the
/// finding: to the one file that has it now. Where several have it, nobody can know which was meant, and it holds for
/// none.
///
/// An entry is unused only if the run has looked at all that it could hold for, and with its rule. How bad that is, is
/// said by the settings of the first file that the suppressions are for.
pub fn by_entries(
    file: &SuppressionsFile,
    subjects: &mut [Subject<'_>],
    scope: &Scope<'_>,
    rules: &RuleSet,
) -> Vec<Account> {
    let Some(settings) = subjects.first().map(|subject| subject.settings) else { return Vec::new() };
    let accounts = Accounts { rules, settings };
    let held = held_findings(file.entries(), subjects, scope, rules);
    let mut found = Vec::new();
    for (idx, (entry, held)) in file.entries().iter().zip(&held).enumerate() {
        let words = [&entry.fingerprint.to_string(), &entry.rule, &entry.reason].map(String::as_str).join(" ");
        if let Some(problem) = rule_problem(&entry.rule, rules) {
            found.extend(
                accounts.malformed(entry.at, &problem).into_iter().map(|finding| Account { finding, stale: None }),
            );
            continue;
        }
        let covered = is_covered(entry, subjects, scope) && is_looked_for(entry, subjects, rules);
        if let Some(until) = entry.until.filter(|until| accounts.has_passed(*until)) {
            if covered || !held.is_empty() {
                let expired = accounts.expired(entry.at, until, &words);
                found.extend(expired.into_iter().map(|finding| Account { finding, stale: Some(idx) }));
            }
            continue;
        }
        if held.is_empty() && covered {
            let detail = format!("no checked file has the finding `{}` of `{}`", entry.fingerprint, entry.rule);
            let hint = entry
                .literal_path()
                .filter(|path| is_gone(path, subjects, scope))
                .map(|path| format!("`{path}` is gone. If several files have the finding now, give the path of one."));
            let unused = accounts.unused(entry.at, &detail, &words, hint.as_deref());
            found.extend(unused.into_iter().map(|finding| Account { finding, stale: Some(idx) }));
        }
        for (subject, fingerprint) in held {
            let Entry { reason, who, until, .. } = entry;
            subjects[*subject].assessment.set_aside(|finding| {
                let because = || Because::Entry { reason: reason.clone(), who: who.clone(), until: *until };
                (finding.fingerprint == *fingerprint).then(because)
            });
        }
    }
    found
}

/// A finding about an entry.
#[derive(Clone, Debug)]
pub struct Account {
    /// The finding.
    pub finding: Finding,
    /// The entry's place among the entries, where it does no good any more: it is unused, or has run out.
    pub stale: Option<usize>,
}

/// For each entry, the findings that it holds for, each with the place of its file.
fn held_findings(
    entries: &[Entry],
    subjects: &[Subject<'_>],
    scope: &Scope<'_>,
    rules: &RuleSet,
) -> Vec<Vec<(usize, Fingerprint)>> {
    let has = |subject: &Subject<'_>, entry: &Entry| {
        let is_meant = |finding: &Finding| {
            finding.fingerprint == entry.fingerprint && rules.rules()[finding.rule].id.as_str() == entry.rule
        };
        subject.assessment.findings.iter().any(is_meant)
    };
    let holds_at = |entry: &Entry| {
        let at = subjects.iter().enumerate().filter(|(_, subject)| entry.names(&subject.path) && has(subject, entry));
        at.map(|(idx, _)| (idx, entry.fingerprint)).collect::<Vec<_>>()
    };
    let mut held: Vec<Vec<(usize, Fingerprint)>> = entries.iter().map(holds_at).collect();
    for (idx, entry) in entries.iter().enumerate() {
        if entry.literal_path().is_some_and(|path| is_gone(path, subjects, scope)) {
            let is_free = |place: &(usize, Fingerprint)| !held.iter().any(|others| others.contains(place));
            let heirs = subjects.iter().enumerate().filter(|(_, subject)| has(subject, entry));
            let heirs: Vec<_> = heirs.map(|(idx, _)| (idx, entry.fingerprint)).filter(is_free).collect();
            if let [heir] = heirs.as_slice() {
                held[idx].push(*heir);
            }
        }
    }
    held
}

fn is_gone(path: &str, subjects: &[Subject<'_>], scope: &Scope<'_>) -> bool {
    let checked = subjects.iter().any(|subject| subject.path == path);
    !checked && (scope.whereabouts)(path) != Whereabouts::Elsewhere
}

/// Whether the rule of an entry is on for any file that the entry could hold for.
fn is_looked_for(entry: &Entry, subjects: &[Subject<'_>], rules: &RuleSet) -> bool {
    let is_for = |subject: &&Subject<'_>| entry.names(&subject.path) || entry.literal_path().is_some();
    let named = subjects.iter().any(|subject| entry.names(&subject.path));
    let mut meant = subjects.iter().filter(is_for).filter(|subject| !named || entry.names(&subject.path));
    meant.any(|subject| Accounts { rules, settings: subject.settings }.runs(|rule| rule.as_str() == entry.rule))
}

/// Whether a run has looked at all that an entry could hold for.
fn is_covered(entry: &Entry, subjects: &[Subject<'_>], scope: &Scope<'_>) -> bool {
    match entry.literal_path() {
        Some(path) => {
            subjects.iter().any(|subject| subject.path == path) || (scope.whereabouts)(path) == Whereabouts::GoneForGood
        }
        None => scope.whole,
    }
}

// ------------------------------------------------------------------------------------------------------------------
// What is wrong with suppressions

/// Why a rule can't be suppressed by its id, where that is so.
fn rule_problem(id: &str, rules: &RuleSet) -> Option<String> {
    let Some(rule) = rules.rule(id) else {
        let ids = rules.rules().iter().map(|rule| rule.id.as_str());
        let meant = did_you_mean(id, ids).map(|meant| format!("; did you mean `{meant}`?"));
        return Some(format!("`{id}` is no rule{}", meant.unwrap_or_default()));
    };
    let problem = format!("`{id}` is about suppressions, and can't be suppressed; mend the suppression that it finds");
    rule.is_about_suppressions().then_some(problem)
}

/// Makes the findings about suppressions, by the rules that ask for them.
struct Accounts<'a> {
    rules: &'a RuleSet,
    settings: &'a Settings,
}

impl Accounts<'_> {
    fn has_passed(&self, until: Date) -> bool {
        self.settings.today.is_some_and(|today| until < today)
    }

    /// Whether any rule of these is on.
    fn runs(&self, fits: impl Fn(&crate::rule::RuleId) -> bool) -> bool {
        let rules = self.rules.rules().iter().enumerate();
        let is_on = |rule: usize| self.settings.severity(rule, self.rules).is_some();
        rules.filter(|(_, rule)| fits(&rule.id)).any(|(idx, _)| is_on(idx))
    }

    fn malformed(&self, at: Span, mistake: &str) -> Vec<Finding> {
        self.found(&StructureCheck::MalformedSuppression, at, mistake, mistake, None)
    }

    fn expired(&self, at: Span, until: Date, words: &str) -> Vec<Finding> {
        let detail = format!("{until} was its last day");
        self.found(&StructureCheck::ExpiredSuppression, at, &detail, words, None)
    }

    fn unused(&self, at: Span, detail: &str, words: &str, hint: Option<&str>) -> Vec<Finding> {
        self.found(&StructureCheck::UnusedSuppression, at, detail, words, hint)
    }

    /// `words` are what the finding is known by when the file is edited elsewhere.
    fn found(&self, check: &StructureCheck, at: Span, detail: &str, words: &str, hint: Option<&str>) -> Vec<Finding> {
        let rules = self.rules.rules().iter().enumerate();
        let finding = |(idx, rule): (usize, &crate::rule::Rule)| {
            let RuleKind::Structure(structure) = &rule.kind else { return None };
            let severity = self
                .settings
                .severity(idx, self.rules)
                .filter(|_| discriminant(&structure.check) == discriminant(check))?;
            let help = hint.into_iter().chain([rule.help.as_str()]).collect::<Vec<_>>().join(" ");
            Some(Finding {
                rule: idx,
                cause: Cause::Found,
                fingerprint: Fingerprint::of(rule.id.as_str(), words),
                diagnostic: Diagnostic {
                    code: rule.id.to_string(),
                    severity,
                    message: format!("{}: {detail}", structure.message),
                    primary: Label::new(at, ""),
                    related: Vec::new(),
                    help: Some(help),
                },
            })
        };
        rules.filter_map(finding).collect()
    }
}
