//! Which requests of a listener are a service's: its rules, and the order in which they are tried.

use std::collections::BTreeSet;

use ashore_engine::graph::Handle;
use ashore_engine::input::When;
use ashore_providers::aws::listener_rule::ListenerRule;
use ashore_providers::aws::target_group::TargetGroup;

use super::ingress::{Door, Ways};
use super::targets::is_usual;
use super::{LowerError, Lowering, of_service};
use crate::model::{Ingress, PathPattern, Service, Target};

/// How many values the conditions of one rule have in all [ELBv2 quotas: condition values per rule].
const VALUES_OF_A_RULE: usize = 5;

/// A service has no more names than its certificate, ten, and a rule with a path has room for three of them.
const MOST_PARTS: u32 = 4;

/// Where rules go: the lowest that fits a request wins. The more specific a path is, the earlier its band; a rule for
/// all requests of a name comes after all of them. Within its band a rule's place follows from its own name: another
/// service, or another path, moves none of the others unless both fall on one place. A priority is at most 50000
/// [ELBv2 API: CreateRule].
struct Bands {
    first: u32,
    size: u32,
    rest: std::ops::Range<u32>,
}

const OURS: Bands = Bands {
    first: 100,
    size: 300,
    rest: 40_000..50_000,
};

/// On somebody else's listener there are other rules, which are not read: rules go to places that differ from stack
/// to stack, behind the low numbers that people write by hand.
const SHARED: Bands = Bands {
    first: 10_000,
    size: 200,
    rest: 36_000..50_000,
};

impl Bands {
    fn of(&self, pattern: Option<&PathPattern>) -> std::ops::Range<u32> {
        let Some(pattern) = pattern else {
            return self.rest.clone();
        };
        let longest = u32::try_from(PathPattern::LONGEST).unwrap_or(u32::MAX);
        let own = u32::try_from(pattern.specificity()).unwrap_or(longest);
        let start = self.first + longest.saturating_sub(own) * self.size;
        start..start + self.size
    }
}

impl Lowering<'_> {
    /// The rules that send a service's requests to its group. None if the listener answers with it by default.
    pub(super) fn rules(
        &mut self,
        service: &Service,
        target: &Target,
        ways: &Ways,
        group: &Handle<TargetGroup>,
    ) -> Result<Vec<Handle<ListenerRule>>, LowerError> {
        let http = || ways.http.clone().map(Door::Ours);
        let (door, names): (Option<Door>, Vec<String>) = match &service.ingress {
            Ingress::Https(_, hostname) => {
                let names = hostname.names().map(ToString::to_string);
                (ways.https.as_ref().map(Door::again), names.collect())
            }
            Ingress::Http(_) if !target.paths.is_empty() => (http(), Vec::new()),
            _ => return Ok(Vec::new()),
        };
        let Some(door) = door else {
            return Ok(Vec::new());
        };
        let (login, secret) = self.login(service, target)?;
        let mut rules = Vec::new();
        for pattern in patterns(target) {
            let paths = pattern.map_or_else(Vec::new, PathPattern::values);
            for (hosts, index) in parts(&names, paths.len()).into_iter().zip(0_u32..) {
                let rule = ListenerRule {
                    listener: door.arn(),
                    priority: self.priority(service, ways, &door, pattern, index),
                    hosts,
                    paths: paths.clone(),
                    target_group: group.get(TargetGroup::ARN),
                    login: login.clone(),
                    tags: self.tags(),
                };
                let part = part(&ways.name, pattern, index);
                let rule = self.graph.add(of_service(service, &part), &rule);
                if let Some(secret) = &secret {
                    self.graph.after(
                        &rule,
                        secret,
                        When::Ready,
                        "the rule is written with the client secret itself",
                    );
                }
                rules.push(rule);
            }
        }
        Ok(rules)
    }

    /// The priority of a service's rule for that pattern, of that index among those for its names.
    fn priority(
        &self,
        service: &Service,
        ways: &Ways,
        door: &Door,
        pattern: Option<&PathPattern>,
        index: u32,
    ) -> u32 {
        let bands = match door {
            Door::Ours(_) => OURS,
            Door::Theirs(_) => SHARED,
        };
        let plain = |it: &Ingress| matches!(it, Ingress::Http(_));
        let beside = self.manifest.behind(&ways.name);
        let beside = beside.filter(|(it, _)| plain(&it.ingress) == plain(&service.ingress));
        let mut taken = BTreeSet::new();
        for (other, target) in beside {
            for own in patterns(target) {
                for part in 0..MOST_PARTS {
                    let band = bands.of(own);
                    let size = band.end - band.start;
                    let path = own.map_or("", PathPattern::as_str);
                    let stack = &self.surroundings.names.stack;
                    let name = other.name.as_str();
                    let place = scattered(&format!("{stack}/{name}{path}/{part}")) % size;
                    let mut free = (0..size).map(|step| band.start + (place + step) % size);
                    let free = free.find(|priority| taken.insert(*priority));
                    if *other.name == *service.name && own == pattern && part == index {
                        return free.unwrap_or(band.start);
                    }
                }
            }
        }
        bands.of(pattern).start
    }
}

/// The patterns of a service; one that is none, where it gets all requests.
fn patterns(target: &Target) -> Vec<Option<&PathPattern>> {
    match target.paths.is_empty() {
        true => vec![None],
        false => target.paths.iter().map(Some).collect(),
    }
}

/// The names, as many in one rule as there is room for besides so many paths.
fn parts(names: &[String], paths: usize) -> Vec<Vec<String>> {
    if names.is_empty() {
        return vec![Vec::new()];
    }
    let room = VALUES_OF_A_RULE - paths;
    names.chunks(room).map(<[String]>::to_vec).collect()
}

fn part(balancer: &str, pattern: Option<&PathPattern>, index: u32) -> String {
    let balancer = (!is_usual(balancer)).then(|| balancer.to_string());
    let path = pattern.map(|pattern| pattern.as_str().to_string());
    let number = (index > 0).then(|| (index + 1).to_string());
    let said: Vec<String> = [balancer, path, number].into_iter().flatten().collect();
    match said.is_empty() {
        true => "listener_rule".to_string(),
        false => format!("listener_rule[{}]", said.join(" ")),
    }
}

/// The same number for the same text on every machine and in every version: FNV-1a, 32 bits.
fn scattered(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
