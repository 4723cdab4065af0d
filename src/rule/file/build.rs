//! From a rule file's shape to a rule: patterns compiled, names resolved, conditions tied to other rules.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::facts::profile_condition;
use super::required::REQUIRED;
use super::shape::{
    ClaimFields, ConditionFields, ContentFields, ExampleField, IgnoreName, Kind, LevelName, PhraseFields, ReportName,
    RuleFields, SeverityName, SubjectFields,
};
use super::vocabulary::unknown_name;
use super::{Known, Layer, Problems, Role, RuleSource, read_pattern};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::rule::compiler::Compiler;
use crate::rule::frozen::{FrozenRegex, Phrases};
use crate::rule::lexicon::Lexicon;
use crate::rule::phrase::{Numbered, NumberedPhrase};
use crate::rule::program::{EntryId, Program};
use crate::rule::{
    About, Additions, Claim, ClaimValue, Claims, Condition, Conflict, Content, Disclosure, Example, Expected, Fact,
    Forbidden, LazyRegex, Phrase, Profile, ReadingLevel, Reads, Reported, Rule, RuleId, RuleKind, Search, Status,
    Structure, With, Within, did_you_mean,
};
use crate::source::SourceFile;
use crate::yaml::{OneOrMore, find, find_first};

pub(super) struct Build<'b, 'c> {
    pub(super) lexicon: &'b mut Lexicon,
    /// The phrases that were compiled when the program was built, where the file's are among them.
    pub(super) frozen: Option<&'b Phrases>,
    pub(super) compiler: Compiler<'c>,
    pub(super) names: &'b BTreeMap<Cow<'static, str>, EntryId>,
    pub(super) known: &'b Known,
    pub(super) facts: &'b [Fact],
    /// The place of the file among the sources.
    pub(super) file: usize,
    pub(super) source: &'b SourceFile,
    pub(super) layer: Layer,
    pub(super) role: Role,
    pub(super) problems: &'b mut Problems,
    pub(super) regexes: &'b mut BTreeMap<Cow<'static, str>, Arc<LazyRegex>>,
    /// The rules whose status the condition asks for, by their place.
    pub(super) needs: Vec<usize>,
}

impl Build<'_, '_> {
    /// The rule, if nothing is wrong with its file.
    pub(super) fn rule(&mut self, id: Option<RuleId>, fields: RuleFields, reads: Reads) -> Option<Rule> {
        self.refuse_foreign_keys(&fields);
        let examples = self.examples(&fields);
        let lists = fields.compiled;
        // What the evidence is written under.
        let evidence = match self.role {
            Role::Required => REQUIRED,
            Role::Rule | Role::Vocabulary | Role::Pack | Role::Profile => "evidence",
        };
        let kind = match fields.kind {
            Kind::Disclosure => RuleKind::Disclosure(Box::new(Disclosure {
                evidence: self.phrases(evidence, &fields.evidence, lists.evidence, &fields.values),
                further: self.phrases("further", &fields.further, lists.further, &fields.values),
                vague: self.phrases("vague", &fields.vague, lists.vague, &fields.values),
                unless: self.program("unless", &fields.unless),
                when: fields.when.as_ref().and_then(|when| self.condition(when)),
                place: self.programs("place", &fields.place),
                values: fields.values,
                compare: fields.compare.iter().filter_map(|content| self.content(content)).collect(),
                missing_message: fields.message.missing.unwrap_or_default(),
                vague_message: fields.message.vague.unwrap_or_default(),
            })),
            Kind::Forbidden => RuleKind::Forbidden(Box::new(Forbidden {
                phrases: self.phrases("forbidden", &fields.forbidden, lists.forbidden, &fields.values),
                unless: self.program("unless", &fields.unless),
                when: fields.when.as_ref().and_then(|when| self.condition(when)),
                reported: Reported::from(fields.report),
                message: fields.message.found.unwrap_or_default(),
            })),
            Kind::Conflict => RuleKind::Conflict(Box::new(Conflict {
                claims: self.claims(&fields.claims, &fields.values)?,
                when: fields.when.as_ref().and_then(|when| self.condition(when)),
                message: fields.message.found.unwrap_or_default(),
            })),
            Kind::Structure => RuleKind::Structure(Structure {
                check: self.structure_check(fields.check?, fields.parameters)?,
                message: fields.message.found.unwrap_or_default(),
            }),
        };
        let id = id?;
        (!self.problems.any_in(self.file)).then(|| Rule {
            id,
            title: fields.title,
            severity: fields.severity.map_or(Severity::Error, Severity::from),
            level: match (fields.level, fields.severity) {
                (Some(LevelName::Careful), _) => ReadingLevel::Careful,
                (None, Some(SeverityName::Advice)) => ReadingLevel::Normal,
                (None, _) => ReadingLevel::Gate,
            },
            group: fields.group,
            cite: fields.cite,
            why: trimmed(fields.why),
            help: trimmed(fields.help),
            draft: fields.draft.map(trimmed),
            kind,
            examples,
            source: self.file,
            reads,
        })
    }

    pub(super) fn problem(&mut self, code: &str, at: Range<usize>, message: impl Into<String>) {
        let diagnostic = Diagnostic::error(code, message, Label::new(self.source.span(at), "here"));
        self.problems.push(self.file, diagnostic);
    }

    /// Reports the keys that say what another kind of rule looks for.
    fn refuse_foreign_keys(&mut self, fields: &RuleFields) {
        let keys = [
            ("evidence", !fields.evidence.is_empty(), Kind::Disclosure, "disclosure"),
            ("further", !fields.further.is_empty(), Kind::Disclosure, "disclosure"),
            ("vague", !fields.vague.is_empty(), Kind::Disclosure, "disclosure"),
            ("compare", !fields.compare.is_empty(), Kind::Disclosure, "disclosure"),
            ("forbidden", !fields.forbidden.is_empty(), Kind::Forbidden, "forbidden"),
            ("report", fields.report != ReportName::Each, Kind::Forbidden, "forbidden"),
            ("claims", !fields.claims.is_empty(), Kind::Conflict, "conflict"),
            ("check", fields.check.is_some(), Kind::Structure, "structure"),
            ("parameters", fields.parameters.given().next().is_some(), Kind::Structure, "structure"),
        ];
        for (key, given, kind, name) in keys {
            if given && fields.kind != kind {
                self.problem("rule-file/key", find(self.source, key, ""), format!("`{key}:` goes with `kind: {name}`"));
            }
        }
    }

    /// Patterns any of which may match; nothing where there is none.
    fn program(&mut self, key: &str, texts: &[String]) -> Option<Program> {
        if let Some(frozen) = self.frozen {
            let number = texts.first()?.parse().expect("internal: numbers stand for the patterns of a built-in file");
            return Some(frozen.program(number));
        }
        let mut patterns = Vec::with_capacity(texts.len());
        for text in texts {
            let Some(pattern) = read_pattern(self.source, self.file, key, text, self.lexicon, self.problems) else {
                continue;
            };
            for name in pattern.names() {
                if !self.names.contains_key(name) {
                    let unknown = unknown_name(self.source, key, name, self.names.keys().map(|name| &**name));
                    self.problems.push(self.file, unknown);
                }
            }
            patterns.push(pattern);
        }
        if patterns.is_empty() {
            return None;
        }
        match self.compiler.compile(&patterns, self.lexicon) {
            Ok(program) => Some(program),
            Err(error) => {
                self.problem("rule-file/pattern", find(self.source, key, &texts[0]), error.to_string());
                None
            }
        }
    }

    /// Patterns each by itself.
    fn programs(&mut self, key: &str, texts: &[String]) -> Vec<Program> {
        texts.iter().filter_map(|text| self.program(key, std::slice::from_ref(text))).collect()
    }

    /// The claims of a conflict.
    fn claims(&mut self, claims: &[ClaimFields], values: &[String]) -> Option<Claims> {
        let message = match claims {
            // A rule that is not translated claims nothing; any other file without claims is reported for that.
            [] => return Some(Claims::Unread),
            [claim] if !claim.value.is_empty() => {
                let value = ClaimValue {
                    words: claim.value.iter().filter_map(|phrase| self.compared(phrase, None)).collect(),
                    at_most: self.program("claims", &claim.at_most),
                    at_least: self.program("claims", &claim.at_least),
                };
                return Some(Claims::Valued { claim: self.claim(claim, values), value: Box::new(value) });
            }
            [absolute, contrary] if [absolute, contrary].iter().all(|claim| claim.gives_no_value()) => {
                return Some(Claims::Opposed {
                    absolute: self.claim(absolute, values),
                    contrary: self.claim(contrary, values),
                });
            }
            [_, _] => "`value:` goes with one claim, which must say the same wherever it is made".to_owned(),
            other => format!(
                "a conflict is between two claims, the absolute one first, or of one that has a `value:`; here are {}",
                other.len()
            ),
        };
        self.problem("rule-file/claims", find(self.source, "claims", ""), message);
        None
    }

    fn claim(&mut self, fields: &ClaimFields, values: &[String]) -> Box<Claim> {
        Box::new(Claim {
            says: fields.says.clone(),
            phrases: self.phrases("claims", &fields.phrases, None, values),
            unless: self.program("claims", &fields.unless),
            not: self.program("claims", &fields.not),
            not_next: self.program("claims", &fields.not_next),
            not_under: self.program("claims", &fields.not_under),
            about: self.about(fields),
        })
    }

    fn about(&mut self, fields: &ClaimFields) -> Option<About> {
        if fields.ignore.is_empty() {
            let needing = [("subject", !fields.subject.is_empty()), ("ignore-under", !fields.ignore_under.is_empty())];
            for (key, _) in needing.into_iter().filter(|(_, given)| *given) {
                let message = format!("`{key}:` goes with `ignore:`, the words that make no difference");
                self.problem("rule-file/claims", find(self.source, "claims", &format!("{key}:")), message);
            }
            return None;
        }
        let mut subject = Vec::with_capacity(fields.subject.len());
        for SubjectFields { phrase, name } in &fields.subject {
            subject.extend(self.compared(phrase, Some(name.clone())));
        }
        Some(About {
            subject,
            ignore: self.programs("claims", &fields.ignore),
            ignore_under: self.programs("claims", &fields.ignore_under),
        })
    }

    /// Words of a claim that are compared.
    fn compared(&mut self, phrase: &String, name: Option<String>) -> Option<Content> {
        let program = self.program("claims", std::slice::from_ref(phrase))?;
        Some(Content { program, name, additions: Additions::Told })
    }

    /// Phrases any of which may match: those of a list that was compiled when the program was built, or such as are written.
    fn phrases(
        &mut self,
        key: &str,
        written: &[PhraseFields],
        compiled: Option<usize>,
        values: &[String],
    ) -> Vec<Phrase> {
        match (self.frozen, compiled) {
            (Some(frozen), Some(list)) => frozen.list(list).map(|phrase| self.thawed(phrase, frozen)).collect(),
            _ => written.iter().filter_map(|phrase| self.phrase(key, phrase, values)).collect(),
        }
    }

    fn thawed(&mut self, phrase: NumberedPhrase, frozen: &Phrases) -> Phrase {
        let program = |number| Box::new(frozen.program(number));
        let with = |(number, within)| Box::new(With { program: frozen.program(number), within });
        Phrase {
            search: match phrase.search {
                Numbered::Pattern(number) => Search::Pattern(frozen.program(number)),
                Numbered::Regex(number) => Search::Regex(self.known_regex(frozen.regex(number))),
            },
            heading: phrase.heading.map(program),
            with: phrase.with.map(with),
            not: phrase.not.map(program),
            not_under: phrase.not_under.map(program),
            value: phrase.value.map(Cow::into_owned),
        }
    }

    fn phrase(&mut self, key: &str, phrase: &PhraseFields, values: &[String]) -> Option<Phrase> {
        let detailed = match phrase {
            PhraseFields::Pattern(pattern) => {
                let search = Search::Pattern(self.program(key, std::slice::from_ref(pattern))?);
                return Some(Phrase { search, heading: None, with: None, not: None, not_under: None, value: None });
            }
            PhraseFields::Detailed(detailed) => detailed,
        };
        let search = match (&detailed.phrase, &detailed.regex) {
            (Some(pattern), None) => Search::Pattern(self.program(key, std::slice::from_ref(pattern))?),
            (None, Some(regex)) => Search::Regex(self.regex(key, regex)?),
            _ => {
                let given = [&detailed.phrase, &detailed.heading, &detailed.value].into_iter().flatten();
                let at = match given.chain(&detailed.with).chain(&detailed.not).chain(&detailed.not_under).next() {
                    Some(shown) => find(self.source, key, shown),
                    None => find_first(self.source, key, &["{}"]),
                };
                self.problem("rule-file/phrase", at, "a phrase has either `phrase:` or `regex:`");
                return None;
            }
        };
        let with = self.program(key, &detailed.with);
        if detailed.within.is_some() && detailed.with.is_empty() {
            self.problem(
                "rule-file/phrase",
                find(self.source, key, "within:"),
                "`within:` says how near `with:` is; there is no `with:`",
            );
        }
        if let Some(value) = &detailed.value
            && !values.contains(value)
        {
            let message = format!("`{value}` is none of the rule's `values:`");
            self.problem("rule-file/value", find(self.source, key, value), message);
        }
        Some(Phrase {
            search,
            heading: self.program(key, detailed.heading.as_slice()).map(Box::new),
            with: with.map(|program| {
                Box::new(With { program, within: detailed.within.map_or(Within::Clause, Within::from) })
            }),
            not: self.program(key, &detailed.not).map(Box::new),
            not_under: self.program(key, &detailed.not_under).map(Box::new),
            value: detailed.value.clone(),
        })
    }

    fn content(&mut self, fields: &ContentFields) -> Option<Content> {
        let (phrase, name, ignore) = match fields {
            ContentFields::Words(phrase) => (phrase, None, None),
            ContentFields::Named(named) => (&named.phrase, named.name.clone(), named.ignore),
        };
        let program = self.program("compare", std::slice::from_ref(phrase))?;
        let additions = match ignore {
            None => Additions::Told,
            Some(IgnoreName::Additions) => Additions::Ignored,
        };
        Some(Content { program, name, additions })
    }

    /// A regular expression, one for all phrases that write it. A user's is tried at once.
    pub(super) fn regex(&mut self, key: &str, text: &str) -> Option<Arc<LazyRegex>> {
        if let Some(known) = self.frozen.and_then(|frozen| frozen.regex_of(text)) {
            return Some(self.known_regex(known));
        }
        let regex = self.regexes.entry(text.to_owned().into()).or_insert_with(|| Arc::new(LazyRegex::new(text)));
        let regex = Arc::clone(regex);
        if self.layer == Layer::User
            && let Err(error) = regex.compile()
        {
            let message = regex_message(&error);
            self.problem("rule-file/regex", find(self.source, key, text), message);
            return None;
        }
        Some(regex)
    }

    fn known_regex(&mut self, known: FrozenRegex) -> Arc<LazyRegex> {
        Arc::clone(self.regexes.entry(known.text.into()).or_insert_with(|| Arc::new(LazyRegex::known(known))))
    }

    fn condition(&mut self, fields: &ConditionFields) -> Option<Condition> {
        let keys = [
            fields.claim.is_some(),
            fields.disclosure.is_some(),
            fields.profile.is_some(),
            fields.all.is_some(),
            fields.any.is_some(),
            fields.not.is_some(),
        ];
        let one = keys.iter().filter(|given| **given).count() == 1;
        if !one || fields.disclosure.is_some() != fields.is.is_some() {
            let message = "a condition has one of `claim`, `profile`, `all`, `any`, `not`, or `disclosure` with `is`";
            self.problem("rule-file/when", find(self.source, "when", ""), message);
            return None;
        }
        if let Some(claim) = &fields.claim {
            return self.program("when", claim).map(Condition::Claim);
        }
        if let (Some(id), Some(is)) = (&fields.disclosure, &fields.is) {
            let Some(rule) = self.known.rules.keys().position(|known| known.as_str() == id) else {
                let meant = did_you_mean(id, self.known.rules.keys().map(RuleId::as_str));
                let help = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                self.problem("rule-file/when", find(self.source, "when", id), format!("there is no rule `{id}`{help}"));
                return None;
            };
            if self.known.rules.values().nth(rule) != Some(&Kind::Disclosure) {
                self.problem(
                    "rule-file/when",
                    find(self.source, "when", id),
                    format!("`{id}` is no disclosure: it has no status"),
                );
                return None;
            }
            self.needs.push(rule);
            return Some(Condition::Status { rule, is: is.iter().copied().map(Status::from).collect() });
        }
        if let Some(asked) = &fields.profile {
            let asked = profile_condition(asked, self.source, self.file, "when", self.facts, self.problems);
            return Some(Condition::Profile(asked));
        }
        let mut several = |conditions: &Vec<ConditionFields>| -> Option<Vec<Condition>> {
            conditions.iter().map(|condition| self.condition(condition)).collect()
        };
        if let Some(all) = &fields.all {
            return several(all).map(Condition::All);
        }
        if let Some(any) = &fields.any {
            return several(any).map(Condition::Any);
        }
        let not = self.condition(fields.not.as_ref()?)?;
        Some(Condition::Not(Box::new(not)))
    }

    fn profile(&mut self, stated: &BTreeMap<String, OneOrMore>) -> Profile {
        let mut profile = Profile::default();
        for (fact, values) in stated {
            for value in values.clone().into_vec() {
                if let Err(error) = profile.state(fact, &value, self.facts) {
                    let at = find(self.source, "examples", &value);
                    self.problem("rule-file/profile", at, error.to_string());
                }
            }
        }
        profile
    }

    fn examples(&mut self, rule: &RuleFields) -> Vec<Example> {
        let fields = &rule.examples;
        let disclosure = [
            (Expected::Status(Status::Disclosed), &fields.disclosed),
            (Expected::Status(Status::Vague), &fields.vague),
            (Expected::Status(Status::Missing), &fields.missing),
            (Expected::Status(Status::NotApplicable), &fields.not_applicable),
        ];
        let forbidden = [(Expected::Found, &fields.found), (Expected::Clean, &fields.clean)];
        let (own, other): (&[_], &[_]) = match rule.kind {
            Kind::Disclosure => (&disclosure, &forbidden),
            Kind::Forbidden | Kind::Conflict | Kind::Structure => (&forbidden, &disclosure),
        };
        let wrong: Vec<&str> =
            other.iter().filter(|(_, texts)| !texts.is_empty()).map(|(expected, _)| expected.name()).collect();
        for name in wrong {
            self.problem(
                "rule-file/examples",
                find(self.source, "examples", name),
                format!("a rule of this kind has no `{name}` examples"),
            );
        }
        let mut examples = Vec::new();
        for (expected, texts) in own {
            for field in *texts {
                examples.push(match field {
                    ExampleField::Text(text) => {
                        Example { text: text.clone(), expected: *expected, value: None, profile: Profile::default() }
                    }
                    ExampleField::Detailed(detailed) => Example {
                        text: detailed.text.clone(),
                        expected: *expected,
                        value: detailed.value.clone(),
                        profile: self.profile(&detailed.profile),
                    },
                });
            }
        }
        examples
    }
}

/// What is wrong with a regular expression, in one sentence.
fn regex_message(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            "the regular expression is too large: it may take 1 MiB compiled".to_owned()
        }
        error => match error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ") {
            message if message.starts_with("Unicode property not found") => {
                "classes of Unicode (`\\p{..}`) are not built in; write `[^\\W\\d_]` for a letter, `\\d` for a digit, `\\s` for \
                 space, or a range as `[a-zà-ÿ]`"
                    .to_owned()
            }
            message => message.to_owned(),
        },
    }
}

/// A text without the white space around it.
fn trimmed(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    let start = text.len() - text.trim_start().len();
    text.drain(..start);
    text
}

/// An order in which every rule comes after those whose status its condition asks for.
pub(super) fn order(
    rules: &[Rule],
    dependencies: &[Vec<usize>],
    sources: &[RuleSource],
    problems: &mut Problems,
) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(rules.len());
    let mut left: Vec<usize> = (0..rules.len()).collect();
    while !left.is_empty() {
        let ready: Vec<usize> = left
            .iter()
            .copied()
            .filter(|rule| dependencies[*rule].iter().all(|needed| order.contains(needed)))
            .collect();
        if ready.is_empty() {
            for rule in &left {
                let file = rules[*rule].source;
                let source = &sources[file].source;
                let message = format!(
                    "the conditions go in a circle: whether `{}` is asked for depends on itself",
                    rules[*rule].id
                );
                problems.push(
                    file,
                    Diagnostic::error("rule-file/when", message, Label::new(source.span(find(source, "when", "")), "")),
                );
            }
            order.extend(left);
            break;
        }
        left.retain(|rule| !ready.contains(rule));
        order.extend(ready);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests are built with classes of Unicode, which other crates ask for.
    #[test]
    fn a_class_that_is_not_built_in_is_told_with_what_to_write() {
        let told = |error: &str| {
            let parsed = format!("regex parse error:\n    x\n    ^\nerror: {error}");
            regex_message(&regex::Error::Syntax(parsed))
        };
        let unicode = told("Unicode property not found");
        assert!(unicode.contains("write `[^\\W\\d_]` for a letter"), "{unicode}");
        assert_eq!(told("unclosed group"), "unclosed group");
    }
}
