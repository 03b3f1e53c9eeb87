//! The optional parts of a profile, which a policy can leave to the portal.

use std::fmt;

/// A part that is only managed if the policy has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Description,
    Assignments,
    ScopeTags,
}

impl Part {
    /// All parts, in the order of plans.
    pub const ALL: [Self; 3] = [Self::Description, Self::Assignments, Self::ScopeTags];

    /// Its field in a policy file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Assignments => "assignments",
            Self::ScopeTags => "scope_tags",
        }
    }

    /// Its letter in a marker.
    fn letter(self) -> char {
        match self {
            Self::Description => 'd',
            Self::Assignments => 'a',
            Self::ScopeTags => 't',
        }
    }
}

/// The managed parts of a profile. Displayed as their letters, such as `da`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Managed([bool; Part::ALL.len()]);

impl Managed {
    pub fn has(self, part: Part) -> bool {
        self.0[part as usize]
    }

    /// The parts that are managed here but not in `other`.
    pub fn without(self, other: Self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| self.has(*part) && !other.has(*part))
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let managed: Self = Part::ALL.into_iter().filter(|part| text.contains(part.letter())).collect();
        (managed.to_string() == text).then_some(managed)
    }
}

impl FromIterator<Part> for Managed {
    fn from_iter<T: IntoIterator<Item = Part>>(parts: T) -> Self {
        let mut managed = Self::default();
        parts.into_iter().for_each(|part| managed.0[part as usize] = true);
        managed
    }
}

impl fmt::Display for Managed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Part::ALL.into_iter().filter(|part| self.has(*part)).try_for_each(|part| write!(f, "{}", part.letter()))
    }
}
