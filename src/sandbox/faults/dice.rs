//! Chance that can be repeated.

use std::collections::BTreeMap;

use super::fault::{Candidate, Fault};
use super::rule::FaultRule;

/// Decides which requests are struck.
///
/// Each fault numbers the requests that it looks at, in the order of their arrival, and draws for each number by itself:
/// the same seed and the same sequence of requests give the same faults, and a fault that is switched on does not move
/// the others.
#[derive(Debug)]
pub(crate) struct Dice {
    seed: u64,
    rules: BTreeMap<Fault, FaultRule>,
    seen: BTreeMap<Fault, u64>,
    latencies: u64,
}

/// A fault that strikes, with a number to choose by.
#[derive(Debug)]
pub(crate) struct Strike {
    pub fault: Fault,
    pub rule: FaultRule,
    random: u64,
}

impl Strike {
    /// One of the rule's statuses; `None` where it has none.
    pub(crate) fn status(&self) -> Option<u16> {
        self.choose(&self.rule.statuses)
    }

    /// One of several.
    pub(crate) fn choose<T: Copy>(&self, all: &[T]) -> Option<T> {
        let index = (self.random >> 8).checked_rem(all.len() as u64)?;
        all.get(usize::try_from(index).ok()?).copied()
    }

    /// Something else to decide, as independent of the status as it gets.
    pub(crate) fn coin(&self) -> bool {
        self.random & 1 == 1
    }
}

impl Dice {
    pub(crate) fn new(seed: u64, rules: BTreeMap<Fault, FaultRule>) -> Dice {
        Dice { seed, rules, seen: BTreeMap::new(), latencies: 0 }
    }

    /// Numbers a request for one fault and says whether the fault strikes it.
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

    /// From 0 up to 1: how much of the jitter the next request gets.
    pub(crate) fn jitter(&mut self) -> f64 {
        self.latencies += 1;
        fraction(random(self.seed, "latency", self.latencies))
    }
}

/// Splitmix64 (Steele, Lea, Flood 2014), over a seed, a purpose and a number. A few lines of our own and no crate: the
/// numbers behind a seed must not change with a dependency, or seeds in other people's tests would lose their meaning.
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

    /// Which of the first hundred requests are struck.
    fn struck(faults: &serde_json::Value, seed: u64) -> Vec<u64> {
        let rules = Faults::from_json(faults).map(|faults| faults.rules).unwrap_or_default();
        let mut dice = Dice::new(seed, rules);
        let candidate = Candidate { method: "GET", path: "groups", role: BatchRole::Alone, list: true, page: false };
        let mut draw = || (dice.draw(Fault::CutBefore, &candidate), dice.draw(Fault::Throttle, &candidate)).1.is_some();
        (1..=100).filter(|_| draw()).collect()
    }

    #[test]
    fn a_seed_means_the_same_for_ever() {
        assert_eq!(struck(&json!({ "throttle": 0.1 }), 7), [1, 16, 25, 52, 56, 58, 71, 92]);
    }

    #[test]
    fn faults_do_not_move_each_other() {
        let alone = struck(&json!({ "throttle": 0.1 }), 7);
        assert_eq!(struck(&json!({ "throttle": 0.1, "cut_before": 0.5 }), 7), alone);
        assert_ne!(struck(&json!({ "throttle": 0.1 }), 8), alone);
        // A higher rate strikes these and more.
        let more = struck(&json!({ "throttle": 0.3 }), 7);
        assert!(alone.iter().all(|number| more.contains(number)) && more.len() > alone.len());
    }
}
