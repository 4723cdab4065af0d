//! Addresses that belong to nobody.

use std::collections::BTreeMap;

use super::{Flaw, Subject, Unit};
use crate::document::ProseSpan;
use crate::rule::Patterns;

/// E-mail addresses at domains that are there for examples, in the text and in the targets of links. Places with the
/// same address are one problem.
pub(super) fn examples(subject: Subject<'_>, domains: &[String], except: &Patterns) -> Vec<Flaw> {
    let mut kinds: Vec<Vec<(crate::source::Span, String)>> = Vec::new();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for unit in subject.units() {
        let text = unit.text();
        for (at, address) in addresses(unit) {
            let domain = address.rsplit('@').next().unwrap_or_default();
            let belongs = |known: &String| {
                domain.strip_suffix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            if !domains.iter().any(belongs) || except.matches(text) {
                continue;
            }
            let kind = *known.entry(address).or_insert(kinds.len());
            if kind == kinds.len() {
                kinds.push(Vec::new());
            }
            kinds[kind].push(unit.place(at));
        }
    }
    kinds.into_iter().filter_map(|places| Flaw::of_all(places, "places")).collect()
}

/// The e-mail addresses of a text and of its links, in lower case, each with the words that show it.
fn addresses(unit: Unit<'_>) -> Vec<(ProseSpan, String)> {
    let text = unit.text();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let mut found: Vec<(ProseSpan, String)> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let local = text[..at].chars().rev().take_while(|c| is_part(*c)).count();
        let domain = text[at + 1..].chars().take_while(|c| is_part(*c)).count();
        let end = at + 1 + text[at + 1..at + 1 + domain].trim_end_matches(['.', '-']).len();
        let span = ProseSpan { start: at - local, end };
        if local > 0 && domain > 0 {
            found.push((span, text[span.start..span.end].to_lowercase()));
        }
    }
    for link in unit.prose().links() {
        let target = link.target.to_lowercase();
        if let Some(address) = target.strip_prefix("mailto:") {
            let address = address.split('?').next().unwrap_or_default().to_owned();
            if !found.iter().any(|(_, known)| *known == address) {
                found.push((link.label, address));
            }
        }
    }
    found
}
