//! Evaluation: assessments held against labels that people gave, for authors of rules.
//!
//! A corpus is a folder of policies with a file `labels.jsonl`, a line a policy:
//!
//! ```text
//! {"file": "shop.md", "group": "shops", "labels": {"dpo-contact": {"present": true, "spans": [[120, 151]]}}}
//! ```
//!
//! `present` is true, false, or null where the reader could not decide. `spans` are byte ranges of the file that show it;
//! `grade` is `disclosed` or `vague`; `value` the disclosure's value; `soft: true` marks a text that only resembles the
//! disclosure, on which missing and vague are both right. Near-duplicates share a `group`, which weighs as one policy.
//! An item is a rule's id without its pack.
//!
//! The figures, over weights: precision (P), recall (R) and F1 of "present", which a disclosed or vague disclosure is;
//! precision (mP) and recall (mR) of "missing": of the absences reported, how many are real, and of the real ones how
//! many are reported; and how often the evidence touches a labelled span. Pure: no IO, no output format.

use std::collections::BTreeMap;

use crate::check::Assessed;
use crate::rule::{RuleSet, Status};
use crate::source::Span;

/// What a reader said of one item of one policy.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Whether it is there; nothing where the reader could not decide.
    pub present: Option<bool>,
    /// The words that show it.
    pub spans: Vec<Span>,
    /// The disclosure's value.
    pub value: Option<String>,
    /// How well it is stated.
    pub grade: Option<Status>,
    /// Whether the text only resembles the disclosure.
    pub resembles: bool,
    /// Whether the label was corrected: then its grade and value are not counted.
    pub corrected: bool,
}

/// A labelled policy with what was made of it.
#[derive(Debug)]
pub struct Labelled<'a> {
    /// The name of the file in the corpus.
    pub file: &'a str,
    /// The group that it weighs in.
    pub group: &'a str,
    /// The labels by item, in the order of the corpus.
    pub labels: &'a [(String, Label)],
    /// What the rules made of it.
    pub assessed: &'a [Assessed],
}

/// Counts of one item, each a sum of weights.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    true_positive: f64,
    false_positive: f64,
    false_negative: f64,
    true_negative: f64,
    touching: f64,
    apart: f64,
    all: f64,
}

/// The figures of one item. Those of a kind that did not come up are `None`.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The item.
    pub item: String,
    /// The weight of the policies that were scored.
    pub scored: f64,
    /// The weight of those on which the labels say that it is there.
    pub positives: f64,
    /// Precision of "present".
    pub precision: Option<f64>,
    /// Recall of "present".
    pub recall: Option<f64>,
    /// Their harmonic mean; 0 where one is missing.
    pub f1: f64,
    /// Precision of "missing".
    pub missing_precision: Option<f64>,
    /// Recall of "missing".
    pub missing_recall: Option<f64>,
    /// How often evidence touches a labelled span.
    pub touching: Option<f64>,
}

/// A policy on which the labels and the rules differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Miss {
    /// The item.
    pub item: String,
    /// Which of the two says that it is there.
    pub kind: MissKind,
    /// The file.
    pub file: String,
    /// The words that the labels mark, or that the rules took for evidence; the first three.
    pub spans: Vec<Span>,
}

/// Who says that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissKind {
    /// The labels; the rules report it missing.
    ReportedMissing,
    /// The rules; by the labels it is absent.
    ReportedPresent,
}

/// The figures of a whole corpus.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// How many policies there are.
    pub policies: usize,
    /// How many groups they form.
    pub groups: usize,
    /// The figures of each item, in the order of the items' names.
    pub items: Vec<Figures>,
    /// All items together; `f1` is of the sums, not the mean.
    pub total: Figures,
    /// The mean F1 of the items that are there in some policy.
    pub macro_f1: f64,
    /// How often each labelled grade came out as each status.
    pub grades: BTreeMap<(Status, Status), usize>,
    /// For each item, how often each labelled value came out as which.
    pub values: BTreeMap<String, BTreeMap<(String, Option<String>), usize>>,
    /// The policies on which labels and rules differ, in the order of item, kind and file.
    pub misses: Vec<Miss>,
    /// The items that no rule reports, with how often they are labelled.
    pub unreported: BTreeMap<String, usize>,
    /// The items that were not applicable where the labels say absent, with how often.
    pub not_applicable: BTreeMap<String, usize>,
}

/// Holds assessments against labels.
pub fn evaluate(policies: &[Labelled<'_>], rules: &RuleSet) -> Evaluation {
    let mut group_sizes: BTreeMap<&str, f64> = BTreeMap::new();
    for policy in policies {
        *group_sizes.entry(policy.group).or_default() += 1.0;
    }
    let mut tally = Tally::default();
    for policy in policies {
        let weight = 1.0 / group_sizes[policy.group];
        for (item, label) in policy.labels {
            tally.add(policy, item, label, weight, rules);
        }
    }
    tally.finish(policies.len(), group_sizes.len())
}

#[derive(Default)]
struct Tally {
    /// In the order in which the items first came up, which is the order that sums are made in.
    counts: Vec<(String, Counts)>,
    grades: BTreeMap<(Status, Status), usize>,
    values: BTreeMap<String, BTreeMap<(String, Option<String>), usize>>,
    misses: Vec<Miss>,
    unreported: BTreeMap<String, usize>,
    not_applicable: BTreeMap<String, usize>,
}

impl Tally {
    fn add(&mut self, policy: &Labelled<'_>, item: &str, label: &Label, weight: f64, rules: &RuleSet) {
        let Some(present) = label.present else { return };
        let is_item = |assessed: &&Assessed| rules.rules()[assessed.rule].id.name() == item;
        let Some(assessed) = policy.assessed.iter().rev().find(is_item) else {
            *self.unreported.entry(item.to_owned()).or_default() += 1;
            return;
        };
        if assessed.status == Status::NotApplicable && !present {
            *self.not_applicable.entry(item.to_owned()).or_default() += 1;
            return;
        }
        let found = matches!(assessed.status, Status::Disclosed | Status::Vague);
        if label.resembles && !label.corrected && !found {
            return;
        }
        let counts = match self.counts.iter().position(|(known, _)| known == item) {
            Some(idx) => &mut self.counts[idx].1,
            None => {
                self.counts.push((item.to_owned(), Counts::default()));
                let last = self.counts.len() - 1;
                &mut self.counts[last].1
            }
        };
        counts.all += weight;
        let miss = match (found, present) {
            (true, true) => {
                counts.true_positive += weight;
                if !label.spans.is_empty() {
                    let touches = |span: &Span| {
                        assessed
                            .evidence
                            .iter()
                            .any(|evidence| evidence.span.start() < span.end() && span.start() < evidence.span.end())
                    };
                    match label.spans.iter().any(touches) {
                        true => counts.touching += weight,
                        false => counts.apart += weight,
                    }
                }
                if !label.corrected {
                    if let Some(value) = &label.value {
                        let values = self.values.entry(item.to_owned()).or_default();
                        *values.entry((value.clone(), assessed.value.clone())).or_default() += 1;
                    }
                    if let Some(grade) = label.grade {
                        *self.grades.entry((grade, assessed.status)).or_default() += 1;
                    }
                }
                None
            }
            (true, false) => {
                counts.false_positive += weight;
                let spans = assessed.evidence.iter().map(|evidence| evidence.span).take(3).collect();
                Some((MissKind::ReportedPresent, spans))
            }
            (false, true) => {
                counts.false_negative += weight;
                Some((MissKind::ReportedMissing, label.spans.iter().copied().take(3).collect()))
            }
            (false, false) => {
                counts.true_negative += weight;
                None
            }
        };
        if let Some((kind, spans)) = miss {
            self.misses.push(Miss { item: item.to_owned(), kind, file: policy.file.to_owned(), spans });
        }
    }

    fn finish(mut self, policies: usize, groups: usize) -> Evaluation {
        let sum = |count: fn(&Counts) -> f64| self.counts.iter().map(|(_, counts)| count(counts)).sum::<f64>();
        let total = Counts {
            true_positive: sum(|counts| counts.true_positive),
            false_positive: sum(|counts| counts.false_positive),
            false_negative: sum(|counts| counts.false_negative),
            true_negative: sum(|counts| counts.true_negative),
            touching: sum(|counts| counts.touching),
            apart: sum(|counts| counts.apart),
            all: sum(|counts| counts.all),
        };
        let mut items: Vec<Figures> = self.counts.iter().map(|(item, counts)| figures(item, counts)).collect();
        items.sort_by(|left, right| left.item.cmp(&right.item));
        let scored: Vec<f64> = items.iter().filter(|item| item.positives > 0.0).map(|item| item.f1).collect();
        self.misses.sort();
        Evaluation {
            policies,
            groups,
            total: figures("", &total),
            macro_f1: ratio(scored.iter().sum(), scored.len() as f64).unwrap_or(0.0),
            items,
            grades: self.grades,
            values: self.values,
            misses: self.misses,
            unreported: self.unreported,
            not_applicable: self.not_applicable,
        }
    }
}

fn figures(item: &str, counts: &Counts) -> Figures {
    let precision = ratio(counts.true_positive, counts.true_positive + counts.false_positive);
    let recall = ratio(counts.true_positive, counts.true_positive + counts.false_negative);
    let f1 = match (precision, recall) {
        (Some(precision), Some(recall)) if precision > 0.0 && recall > 0.0 => {
            2.0 * precision * recall / (precision + recall)
        }
        _ => 0.0,
    };
    Figures {
        item: item.to_owned(),
        scored: counts.all,
        positives: counts.true_positive + counts.false_negative,
        precision,
        recall,
        f1,
        missing_precision: ratio(counts.true_negative, counts.true_negative + counts.false_negative),
        missing_recall: ratio(counts.true_negative, counts.true_negative + counts.false_positive),
        touching: ratio(counts.touching, counts.touching + counts.apart),
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl Evaluation {
    /// The share of grades that came out as labelled; nothing where no grade was compared.
    pub fn grades_right(&self) -> Option<f64> {
        let all: usize = self.grades.values().sum();
        let right: usize = self.grades.iter().filter(|((label, got), _)| label == got).map(|(_, count)| count).sum();
        ratio(right as f64, all as f64)
    }

    /// The share of values that came out as labelled; nothing where no value was compared.
    pub fn values_right(&self) -> Option<f64> {
        let pairs = || self.values.values().flatten();
        let all: usize = pairs().map(|(_, count)| count).sum();
        let right: usize =
            pairs().filter(|((label, got), _)| Some(label) == got.as_ref()).map(|(_, count)| count).sum();
        ratio(right as f64, all as f64)
    }
}
