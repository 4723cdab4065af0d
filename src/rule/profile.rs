//! The profile: what an organisation says of itself, so that it is asked for what concerns it.
//!
//! Which facts there are, and what each means, is told by files like rules; nothing here knows one.

use std::collections::{BTreeMap, BTreeSet};

use super::did_you_mean;

/// The value that stands in conditions for a fact that the profile does not give.
pub(crate) const UNSAID: &str = "unsaid";

/// Something that a profile can say of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The name, in lower-case letters, digits and hyphens.
    pub name: String,
    /// What it tells, in a few words.
    pub about: String,
    /// How many of the values it can have at once.
    pub takes: Takes,
    /// The values that it can have, in the order of their names, each with its meaning.
    pub values: BTreeMap<String, String>,
}

/// How many values of a fact can be true of one organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// One: each rules the others out.
    One,
    /// Several.
    Several,
}

/// What an organisation says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile(BTreeMap<String, BTreeSet<String>>);

impl Profile {
    /// Adds a value of a fact; both must be known.
    pub fn state(&mut self, fact: &str, value: &str, known: &[Fact]) -> Result<(), ProfileError> {
        let Some(known_fact) = known.iter().find(|known| known.name == fact) else {
            let names = known.iter().map(|known| known.name.as_str());
            return Err(ProfileError::Fact {
                given: fact.to_owned(),
                meant: did_you_mean(fact, names.clone()).map(str::to_owned),
                known: names.map(str::to_owned).collect(),
            });
        };
        if !known_fact.values.contains_key(value) {
            let names = known_fact.values.keys().map(String::as_str);
            return Err(ProfileError::Value {
                given: value.to_owned(),
                fact: fact.to_owned(),
                meant: did_you_mean(value, names.clone()).map(str::to_owned),
                known: names.map(str::to_owned).collect(),
            });
        }
        let stated = self.0.entry(fact.to_owned()).or_default();
        if let Some(other) = stated.iter().find(|other| *other != value && known_fact.takes == Takes::One) {
            return Err(ProfileError::Several { fact: fact.to_owned(), values: [other.clone(), value.to_owned()] });
        }
        stated.insert(value.to_owned());
        Ok(())
    }

    /// The facts that it gives, in the order of their names, each with its values in the order of theirs.
    pub fn facts(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = &str>)> {
        self.0.iter().map(|(fact, values)| (fact.as_str(), values.iter().map(String::as_str)))
    }

    pub(crate) fn fits(&self, asked: &FactIs) -> bool {
        match self.0.get(&asked.fact) {
            Some(values) => asked.among.iter().any(|value| values.contains(value)),
            None => asked.among.iter().any(|value| value == UNSAID),
        }
    }
}

/// Why a profile cannot say what it was to say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// There is no such fact.
    #[error("a profile has no `{given}`; {}", meant_or_known(.meant.as_deref(), .known))]
    Fact {
        /// What was given.
        given: String,
        /// What it was probably meant to be.
        meant: Option<String>,
        /// The facts that there are.
        known: Vec<String>,
    },
    /// The fact has no such value.
    #[error("`{fact}` is never `{given}`; {}", meant_or_known(.meant.as_deref(), .known))]
    Value {
        /// What was given.
        given: String,
        /// The fact.
        fact: String,
        /// What it was probably meant to be.
        meant: Option<String>,
        /// The values that it can have.
        known: Vec<String>,
    },
    /// The fact has another value already, and can't have both.
    #[error("`{fact}` takes one value, and is given `{}` and `{}`; leave one of them out", .values[0], .values[1])]
    Several {
        /// The fact.
        fact: String,
        /// The value that it has, and the one that it was to have, too.
        values: [String; 2],
    },
}

fn meant_or_known(meant: Option<&str>, known: &[String]) -> String {
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are: {}", known.join(", ")),
    }
}

/// A fact, and the values of it that a condition accepts, [`UNSAID`] among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FactIs {
    pub(crate) fact: String,
    pub(crate) among: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Fact> {
        let values = |names: [&str; 2]| names.map(|name| (name.to_owned(), String::new())).into();
        let fact = |name: &str, takes, names| Fact {
            name: name.to_owned(),
            about: String::new(),
            takes,
            values: values(names),
        };
        vec![
            fact("audience", Takes::Several, ["adults", "children"]),
            fact("role", Takes::One, ["controller", "processor"]),
        ]
    }

    #[test]
    fn a_profile_says_what_is_known_and_nothing_else() {
        let mut profile = Profile::default();
        let said = [("role", "processor"), ("role", "processor"), ("audience", "children"), ("audience", "adults")];
        for (fact, value) in said {
            profile.state(fact, value, &known()).unwrap();
        }
        let said: Vec<(&str, Vec<&str>)> = profile.facts().map(|(fact, values)| (fact, values.collect())).collect();
        assert_eq!(said, [("audience", vec!["adults", "children"]), ("role", vec!["processor"])]);
        let mut error = |fact, value| profile.state(fact, value, &known()).unwrap_err().to_string();
        insta::assert_snapshot!([
            error("rolle", "processor"),
            error("colour", "red"),
            error("role", "procesor"),
            error("role", "both"),
            error("role", "controller"),
        ].join("\n"), @r"
        a profile has no `rolle`; did you mean `role`?
        a profile has no `colour`; there are: audience, role
        `role` is never `procesor`; did you mean `processor`?
        `role` is never `both`; there are: controller, processor
        `role` takes one value, and is given `processor` and `controller`; leave one of them out
        ");
    }

    #[test]
    fn a_fact_that_is_not_given_is_unsaid() {
        let asked = |among: &[&str]| FactIs {
            fact: "audience".to_owned(),
            among: among.iter().map(|value| (*value).to_owned()).collect(),
        };
        let silent = Profile::default();
        assert!(silent.fits(&asked(&["children", UNSAID])) && !silent.fits(&asked(&["children"])));
        let mut profile = Profile::default();
        profile.state("audience", "adults", &known()).unwrap();
        assert!(profile.fits(&asked(&["children", "adults"])));
        assert!(!profile.fits(&asked(&["children"])) && !profile.fits(&asked(&[UNSAID])));
    }
}
