//! Repeatable randomness.

use std::collections::BTreeMap;

use super::fault::{Candidate, Fault};
use super::rule::FaultRule;

/// Decides which requests get a fault.
///
/// Each fault numbers the requests that it considers, in the order of arrival, and decides each number independently:
/// the same seed and sequence of requests give the same faults, and enabling one fault does not affect the others.
#[derive(Debug)]
pub(crate) struct Dice {
    seed: u64,
    rules: BTreeMap<Fault, FaultRule>,
    seen: BTreeMap<Fault, u64>,
    latencies: u64,
}

/// A fault that occurs, with a random number for its choices.
#[derive(Debug)]
pub(crate) struct Strike {
    pub fault: Fault,
    pub rule: FaultRule,
    random: u64,
}

impl Strike {
    /// One of the rule's statuses; `None` if it has none.
    pub(crate) fn status(&self) -> Option<u16> {
        self.choose(&self.rule.statuses)
    }

    /// `None` for an empty slice.
    pub(crate) fn choose<T: Copy>(&self, all: &[T]) -> Option<T> {
        let index = (self.random >> 8).checked_rem(all.len() as u64)?;
        all.get(usize::try_from(index).ok()?).copied()
    }

    /// A second choice, independent of the status.
    pub(crate) fn coin(&self) -> bool {
        self.random & 1 == 1
    }
}

impl Dice {
    pub(crate) fn new(seed: u64, rules: BTreeMap<Fault, FaultRule>) -> Dice {
        Dice { seed, rules, seen: BTreeMap::new(), latencies: 0 }
    }

    /// Numbers a request for one fault and decides whether the fault occurs.
    pub(crate) fn draw(&mut self, fault: Fault, candidate: &Candidate) -> Option<Strike> {
        let rule = self.rules.get(&fault)?;
        let elsewhere = rule.path.as_deref().is_some_and(|part| !candidate.path.contains(part));
        if elsewhere || !fault.concerns(candidate, rule.of) {
            return None;
        }
        let number = self.seen.entry(fault).or_insert(0);
        *number += 1;
        let drawn = random(self.seed, fault.key(), *number);
        let strikes = rule.strikes(*number, fraction(drawn));
        strikes.then(|| Strike { fault, rule: rule.clone(), random: random(self.seed, "how", drawn) })
    }

    /// The share of the jitter for the next request, from 0 up to 1.
    pub(crate) fn jitter(&mut self) -> f64 {
        self.latencies += 1;
        fraction(random(self.seed, "latency", self.latencies))
    }
}

/// Splitmix64 (Steele, Lea, Flood 2014), over a seed, a purpose and a number. Not from a
/// crate, because a new version of it could change the numbers of a seed, and with them other people's tests.
fn random(seed: u64, purpose: &str, number: u64) -> u64 {
    // FNV-1a
    let name = purpose
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    mixed(mixed(seed ^ name).wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn fraction(bits: u64) -> f64 {
    // The 32 highest bits: every one of these is exact in an f64.
    f64::from((bits >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Faults;
    use super::super::fault::BatchRole;
    use super::*;

    /// Which of the first hundred requests get the fault.
    fn struck(faults: &serde_json::Value, seed: u64) -> Vec<u64> {
        let rules = Faults::from_json(faults).map(|faults| faults.rules).unwrap_or_default();
        let mut dice = Dice::new(seed, rules);
        let candidate = Candidate { method: "GET", path: "groups", role: BatchRole::Alone, list: true, page: false };
        let mut draw = || (dice.draw(Fault::CutBefore, &candidate), dice.draw(Fault::Throttle, &candidate)).1.is_some();
        (1..=100).filter(|_| draw()).collect()
    }

    #[test]
    fn a_seed_always_gives_the_same_faults() {
        assert_eq!(struck(&json!({ "throttle": 0.1 }), 7), [1, 16, 25, 52, 56, 58, 71, 92]);
    }

    #[test]
    fn faults_do_not_affect_each_other() {
        let alone = struck(&json!({ "throttle": 0.1 }), 7);
        assert_eq!(struck(&json!({ "throttle": 0.1, "cut_before": 0.5 }), 7), alone);
        assert_ne!(struck(&json!({ "throttle": 0.1 }), 8), alone);
        // A higher rate affects these and more.
        let more = struck(&json!({ "throttle": 0.3 }), 7);
        assert!(alone.iter().all(|number| more.contains(number)) && more.len() > alone.len());
    }
}
