//! Who gets a profile, and whether two profiles reach the same devices.

use std::collections::BTreeSet;

/// A target of an assignment. Groups are identified by their names in files, and by their ids in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Every device.
    AllDevices,
    /// Every licensed user.
    AllUsers,
    Group(String),
    /// A kind of target that this program does not write, such as a Configuration Manager collection.
    Other(String),
}

impl Who {
    fn is_all(&self) -> bool {
        matches!(self, Self::AllDevices | Self::AllUsers)
    }

    /// The name or the id of a group.
    pub fn group(&self) -> Option<&String> {
        match self {
            Self::Group(group) => Some(group),
            Self::AllDevices | Self::AllUsers | Self::Other(_) => None,
        }
    }
}

/// What an assignment filter does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum FilterMode {
    /// Only devices that match.
    Include,
    /// Only devices that do not match.
    Exclude,
}

/// An included target with its filter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inclusion {
    pub who: Who,
    /// The filter, by its name in files and by its id in a tenant.
    pub filter: Option<(FilterMode, String)>,
}

/// Who gets a profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Audience {
    pub include: BTreeSet<Inclusion>,
    /// Excluded targets, which have precedence over included ones.
    pub exclude: BTreeSet<Who>,
}

/// Whether two audiences share a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Overlap {
    /// They do not: one is empty, or excludes the targets of the other.
    Not,
    /// It depends on the members of groups, or on the devices that filters match.
    Possibly,
    /// They do: both include the same target with the same filter, or one includes all devices or users.
    Certainly,
}

impl Audience {
    /// How far two audiences share devices. An audience may be unknown, because a file can be imported anywhere.
    pub fn overlap_of(one: Option<&Self>, other: Option<&Self>) -> Overlap {
        match (one, other) {
            (Some(one), Some(other)) => one.overlap(other),
            (Some(one), None) | (None, Some(one)) if one.include.is_empty() => Overlap::Not,
            _ => Overlap::Possibly,
        }
    }

    /// How far two audiences share devices.
    pub fn overlap(&self, other: &Self) -> Overlap {
        let pairs = self.include.iter().flat_map(|mine| other.include.iter().map(move |theirs| (mine, theirs)));
        pairs
            .map(|(mine, theirs)| {
                if self.exclude.contains(&theirs.who) || other.exclude.contains(&mine.who) {
                    Overlap::Not
                } else {
                    mine.overlap(theirs)
                }
            })
            .max()
            .unwrap_or(Overlap::Not)
    }
}

impl Inclusion {
    fn overlap(&self, other: &Self) -> Overlap {
        if self.who == other.who {
            return match (&self.filter, &other.filter) {
                (mine, theirs) if mine == theirs => Overlap::Certainly,
                (Some((mine, name)), Some((theirs, other_name))) if name == other_name && mine != theirs => {
                    Overlap::Not
                }
                _ => Overlap::Possibly,
            };
        }
        let reaches_everybody = |one: &Self| one.who.is_all() && one.filter.is_none();
        if reaches_everybody(self) || reaches_everybody(other) { Overlap::Certainly } else { Overlap::Possibly }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `"Pilot, Staff|Win11, all, Lab|!Win11 - Kiosks"`: groups, filters after a bar, exclusions after a dash.
    fn audience(text: &str) -> Audience {
        let (include, exclude) = text.split_once(" - ").unwrap_or((text, ""));
        let who = |name: &str| {
            if name == "all" { Who::AllDevices } else { Who::Group(name.into()) }
        };
        let names = |text: &str| text.split(", ").filter(|n| !n.is_empty()).map(String::from).collect::<Vec<_>>();
        let include = names(include)
            .iter()
            .map(|item| match item.split_once('|') {
                None => Inclusion { who: who(item), filter: None },
                Some((name, filter)) => {
                    let mode = if filter.starts_with('!') { FilterMode::Exclude } else { FilterMode::Include };
                    Inclusion { who: who(name), filter: Some((mode, filter.trim_start_matches('!').into())) }
                }
            })
            .collect();
        Audience { include, exclude: names(exclude).iter().map(|name| who(name)).collect() }
    }

    #[test]
    fn audiences_overlap_certainly_possibly_or_not() {
        let cases = [
            ("Pilot", "Pilot", Overlap::Certainly),
            ("Pilot", "Staff", Overlap::Possibly),
            ("all", "Pilot", Overlap::Certainly),
            ("all", "Pilot|Win11", Overlap::Certainly),
            ("all|Win11", "Pilot", Overlap::Possibly),
            ("Pilot|Win11", "Pilot|Win11", Overlap::Certainly),
            ("Pilot|Win11", "Pilot|!Win11", Overlap::Not),
            ("Pilot|Win11", "Pilot", Overlap::Possibly),
            ("all - Kiosks", "Kiosks", Overlap::Not),
            ("all - Kiosks", "Kiosks, Pilot", Overlap::Certainly),
            ("Pilot - Staff", "Staff - Pilot", Overlap::Not),
            ("", "all", Overlap::Not),
        ];
        for (mine, theirs, expected) in cases {
            assert_eq!(audience(mine).overlap(&audience(theirs)), expected, "{mine} and {theirs}");
            assert_eq!(audience(theirs).overlap(&audience(mine)), expected, "{theirs} and {mine}");
        }
    }
}
