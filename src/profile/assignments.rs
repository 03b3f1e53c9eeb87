//! The assignments of a profile.

use std::ops::Deref;

use crate::setting::{Audience, FilterMode, Inclusion, Who};

/// One assignment, by ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    pub excluded: bool,
    pub who: Who,
    /// The filter's mode and id.
    pub filter: Option<(FilterMode, String)>,
}

/// The assignments of a profile, sorted and without duplicates. A slice instead of a tree, because a tenant has many
/// profiles with few assignments each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignments(Box<[Assignment]>);

impl Assignments {
    /// Whether the profile is assigned to anyone.
    pub fn include_somebody(&self) -> bool {
        self.iter().any(|one| !one.excluded)
    }

    /// Who gets the profile.
    pub fn audience(&self) -> Audience {
        let mut audience = Audience::default();
        for one in self {
            if one.excluded {
                audience.exclude.insert(one.who.clone());
            } else {
                audience.include.insert(Inclusion { who: one.who.clone(), filter: one.filter.clone() });
            }
        }
        audience
    }

    pub fn has(&self, one: &Assignment) -> bool {
        self.binary_search(one).is_ok()
    }

    pub fn without(&self, others: &Self) -> Self {
        Self(self.iter().filter(|one| !others.has(one)).cloned().collect())
    }
}

impl FromIterator<Assignment> for Assignments {
    fn from_iter<T: IntoIterator<Item = Assignment>>(all: T) -> Self {
        let mut all: Vec<Assignment> = all.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all.into_boxed_slice())
    }
}

impl Deref for Assignments {
    type Target = [Assignment];

    fn deref(&self) -> &[Assignment] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Assignments {
    type Item = &'a Assignment;
    type IntoIter = std::slice::Iter<'a, Assignment>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
