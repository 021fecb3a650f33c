//! Which rows are one person's: joined only within one provider, or the providers for which one letter speaks, and never against a birth date, a suffix or a first name.
//!
//! Two rows are linked by an equal patient id, or by equal name, birth date and one contact in common. Links are followed
//! through, so the order of rows does not matter; a chain that ends in a contradiction is cut back to rows that are equal.

use super::context::Context;
use super::decisions::Rulings;
use super::hash::Sieve;
use super::identity::{Given, Identities, Identity, address_key, email_key, phone_key, shares_contact};
use super::possible;
use super::{Merge, PossibleMerge};
use crate::error::{Error, Finding, Result};
use crate::intake::{Field, RowIndex};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// More different people than this behind one key, and the key tells nobody apart.
pub(super) const MOST_PROFILES: usize = 64;

/// Why two rows are joined; the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    PatientId,
    NameAndAddress,
    NameAndEmail,
    NameAndPhone,
    SimilarName,
    Ruling,
}

impl Rule {
    fn name(self) -> &'static str {
        match self {
            Rule::PatientId => "same-patient-id",
            Rule::NameAndAddress => "same-name-and-address",
            Rule::NameAndEmail => "same-name-and-email",
            Rule::NameAndPhone => "same-name-and-phone",
            Rule::SimilarName => "similar-name-and-contact",
            Rule::Ruling => "ruling",
        }
    }

    /// Rows of two providers are joined only where one letter speaks for both.
    fn reason(self, at_one_provider: bool) -> &'static str {
        match (self, at_one_provider) {
            (Rule::PatientId, _) => "same provider and patient id, names agree, no other birth date and no other suffix",
            (Rule::NameAndAddress, true) => "same provider, full name, birth date and home address, no other suffix or middle name",
            (Rule::NameAndEmail, true) => "same provider, full name, birth date and e-mail address, no other suffix or middle name",
            (Rule::NameAndPhone, true) => "same provider, full name, birth date and telephone, no other suffix or middle name",
            (Rule::SimilarName, true) => {
                "same provider, birth date and address, e-mail or telephone; a nickname or one slip parts the names, no other suffix or middle name"
            }
            (Rule::NameAndAddress, false) => {
                "two providers, one letter: same full name, birth date and home address, no other suffix or middle name"
            }
            (Rule::NameAndEmail, false) => {
                "two providers, one letter: same full name, birth date and e-mail address, no other suffix or middle name"
            }
            (Rule::NameAndPhone, false) => {
                "two providers, one letter: same full name, birth date and telephone, no other suffix or middle name"
            }
            (Rule::SimilarName, false) => {
                "two providers, one letter: same birth date and address, e-mail or telephone; a nickname or one slip parts the names, no other suffix or middle name"
            }
            (Rule::Ruling, _) => "ruled to be one person in decisions.csv",
        }
    }
}

/// A way to reach somebody, as it is compared.
type ContactKey = fn(&Context, RowIndex) -> Option<String>;

/// Whether two rows are one person's.
type Joins<'a> = fn(&Identity<'a>, &Identity<'_>) -> bool;

struct Link {
    one: u32,
    two: u32,
    rule: Rule,
}

/// Rows by person.
pub(super) struct Grouped {
    pub(super) groups: Groups,
    pub(super) merges: Vec<Merge>,
    pub(super) possible: Vec<PossibleMerge>,
    pub(super) findings: Vec<Finding>,
}

/// Groups of rows: ascending within a group, groups by their first row.
pub(super) struct Groups {
    rows: Vec<RowIndex>,
    /// Where each group ends in `rows`.
    ends: Vec<u32>,
}

impl Groups {
    fn collect(group_of: &[u32]) -> Groups {
        let count = group_of.iter().max().map_or(0, |last| *last as usize + 1);
        let mut starts = vec![0_u32; count + 1];
        group_of.iter().for_each(|group| starts[*group as usize + 1] += 1);
        (0..count).for_each(|group| starts[group + 1] += starts[group]);
        let mut rows = vec![RowIndex(0); group_of.len()];
        for (row, group) in group_of.iter().enumerate() {
            let next = &mut starts[*group as usize];
            rows[*next as usize] = RowIndex(row as u32);
            *next += 1;
        }
        // Filling a group has moved its start to its end.
        starts.pop();
        Groups { rows, ends: starts }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn of(&self, group: usize) -> &[RowIndex] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start as usize..self.ends[group] as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[RowIndex]> {
        (0..self.len()).map(|group| self.of(group))
    }
}

/// Groups every row; those in `alone` stay by themselves.
pub(super) fn group(context: &Context, alone: &BTreeSet<RowIndex>, rulings: &Rulings, sieve: &mut Sieve) -> Result<Grouped> {
    let identities = Identities::read(context, alone);
    let blocks = possible::Blocks::build(context, &identities, sieve);
    let mut findings = Vec::new();
    let links = links(context, &identities, &blocks, &mut findings);
    let (automatic, strongest) = unite(&identities, &links, rulings);
    let mut sets = automatic.clone();
    force(context, &mut sets, &identities, rulings)?;
    let group_of = sets.numbered();
    let groups = Groups::collect(&group_of);
    let merges = merges(context, &groups, automatic, &strongest);
    let possible = blocks.possible(context, &identities, &group_of, &groups, rulings, sieve);
    Ok(Grouped { groups, merges, possible, findings })
}

fn links(context: &Context, identities: &Identities, blocks: &possible::Blocks, findings: &mut Vec<Finding>) -> Vec<Link> {
    let mut links = Vec::new();
    for block in &blocks.patient_id {
        if !link(block, identities, Rule::PatientId, Identity::joins_by_patient_id, &mut links) {
            findings.push(context.warning(
                RowIndex(block[0]),
                Field::PatientId,
                "patient-id-shared",
                "one patient id stands for more people than it can, so it was not used to join their rows",
                "look whether the column holds the id of a person, not that of a provider or a family",
            ));
        }
    }
    let contacts: [(Rule, ContactKey); 3] =
        [(Rule::NameAndAddress, address_key), (Rule::NameAndEmail, email_key), (Rule::NameAndPhone, phone_key)];
    links.par_extend(blocks.name_and_birth.par_iter().flat_map_iter(|block| {
        let link = |(rule, key)| link_by_contact(context, block, identities, key, (rule, Identity::joins_by_contact));
        contacts.into_iter().flat_map(link)
    }));
    let near: [(&[Vec<u32>], ContactKey); 3] =
        [(&blocks.near, address_key), (&blocks.email_and_birth, email_key), (&blocks.phone_and_birth, phone_key)];
    for (blocks, key) in near {
        let rule = (Rule::SimilarName, Identity::joins_by_similar_name as Joins<'_>);
        links.par_extend(blocks.par_iter().flat_map_iter(|block| link_by_contact(context, block, identities, key, rule)));
    }
    links
}

/// Links the rows of a block that have a contact in common.
fn link_by_contact<'a>(
    context: &Context,
    block: &[u32],
    identities: &'a Identities,
    key: ContactKey,
    (rule, joins): (Rule, Joins<'a>),
) -> Vec<Link> {
    let mut links = Vec::new();
    let mut keyed: Vec<(String, u32)> = block.iter().filter_map(|row| Some((key(context, RowIndex(*row))?, *row))).collect();
    keyed.sort_unstable();
    for same in keyed.chunk_by(|one, two| one.0 == two.0).filter(|same| same.len() > 1) {
        let rows: Vec<u32> = same.iter().map(|(_, row)| *row).collect();
        link(&rows, identities, rule, joins, &mut links);
    }
    links
}

/// Links the rows of a block that may be joined; `false` when it holds too many different people to tell.
fn link<'a>(block: &[u32], identities: &'a Identities, rule: Rule, joins: Joins<'a>, links: &mut Vec<Link>) -> bool {
    let mut rows = block.to_vec();
    rows.sort_by(|one, two| identities.of(*one).profile().cmp(&identities.of(*two).profile()).then(one.cmp(two)));
    let mut profiles: Vec<u32> = Vec::new();
    for row in rows {
        match profiles.last() {
            Some(known) if identities.of(*known).profile() == identities.of(row).profile() => {
                if joins(&identities.of(*known), &identities.of(row)) {
                    links.push(Link { one: *known, two: row, rule });
                }
            }
            _ => profiles.push(row),
        }
    }
    if profiles.len() > MOST_PROFILES {
        return false;
    }
    for (place, one) in profiles.iter().enumerate() {
        for two in &profiles[place + 1..] {
            if joins(&identities.of(*one), &identities.of(*two)) {
                links.push(Link { one: *one, two: *two, rule });
            }
        }
    }
    true
}

/// Follows the links; where a chain contradicts itself or a ruling, only equal rows stay together, or none.
fn unite(identities: &Identities, links: &[Link], rulings: &Rulings) -> (Sets, Vec<Option<Rule>>) {
    let equal = |link: &Link| {
        let (one, two) = (identities.of(link.one), identities.of(link.two));
        one.birth.is_some() && one.profile() == two.profile()
    };
    let mut whole = Sets::new(identities.len());
    links.iter().for_each(|link| whole.join(link.one, link.two));
    let mut narrowed = contradictions(&mut whole, identities, links);
    narrowed.extend(rulings.apart.iter().filter_map(|pair| {
        let root = whole.root(pair.row.0);
        (root == whole.root(pair.other.0)).then_some(root)
    }));
    let mut careful = Sets::new(identities.len());
    let kept = |whole: &mut Sets, link: &Link| !narrowed.contains(&whole.root(link.one)) || equal(link);
    links.iter().filter(|link| kept(&mut whole, link)).for_each(|link| careful.join(link.one, link.two));
    let ruled = rulings.apart.iter().filter(|pair| careful.are_joined(pair.row.0, pair.other.0));
    let cut: BTreeSet<u32> = ruled.map(|pair| whole.root(pair.row.0)).collect();
    let mut sets = Sets::new(identities.len());
    let mut strongest = vec![None; identities.len()];
    for link in links {
        if !cut.contains(&whole.root(link.one)) && kept(&mut whole, link) {
            sets.join(link.one, link.two);
            for row in [link.one, link.two] {
                let rule: &mut Option<Rule> = &mut strongest[row as usize];
                *rule = Some(rule.map_or(link.rule, |known| known.min(link.rule)));
            }
        }
    }
    (sets, strongest)
}

/// Roots of the sets that hold two birth dates, two suffixes or two first names.
fn contradictions(whole: &mut Sets, identities: &Identities, links: &[Link]) -> BTreeSet<u32> {
    let rows: BTreeSet<u32> = links.iter().flat_map(|link| [link.one, link.two]).collect();
    let mut by_root: Vec<(u32, u32)> = rows.into_iter().map(|row| (whole.root(row), row)).collect();
    by_root.sort_unstable();
    let contradicts = |set: &&[(u32, u32)]| {
        let mut members: Vec<Identity<'_>> = set.iter().map(|(_, row)| identities.of(*row)).collect();
        members.sort_by(|one, two| one.profile().cmp(&two.profile()));
        members.dedup_by(|one, two| one.profile() == two.profile());
        let clash = |one: &Identity<'_>, two: &Identity<'_>| one.contradicts(two) || one.given(two) == Given::Differ;
        members.len() > MOST_PROFILES
            || members.iter().enumerate().any(|(place, one)| members[place + 1..].iter().any(|two| clash(one, two)))
    };
    by_root.chunk_by(|one, two| one.0 == two.0).filter(contradicts).filter_map(|set| set.first()).map(|(root, _)| *root).collect()
}

/// Joins what a person ruled to be one, and refuses rulings that cannot stand together.
fn force(context: &Context, sets: &mut Sets, identities: &Identities, rulings: &Rulings) -> Result<()> {
    let mut refused = Vec::new();
    let mut unlike = Vec::new();
    for pair in &rulings.merged {
        let (one, two) = (identities.of(pair.row.0), identities.of(pair.other.0));
        match (one.family, two.family) {
            (Some(family), Some(other)) if family == other => {
                if one.shares_something_with(&two, || shares_contact(context, pair.row, pair.other)) {
                    sets.join(pair.row.0, pair.other.0);
                } else {
                    unlike.push(pair);
                }
            }
            (Some(_), Some(_)) => {
                let reason = "rows of two providers cannot be merged: each owes a letter of its own";
                refused.push(pair.refused(reason, "take the ruling out"));
            }
            _ => {
                let reason = "a row that is broken or names no provider cannot be merged";
                refused.push(pair.refused(reason, "correct the row in the list first"));
            }
        }
    }
    // After all others: what ties two people may stand in a row that another ruling joins to one of them.
    for pair in unlike {
        if share_something(context, sets, identities, pair.row.0, pair.other.0) {
            sets.join(pair.row.0, pair.other.0);
        } else {
            let reason = "the two records share neither the whole name, the birth date nor the patient id";
            let hint = "look whether the ruling names the right record; when they are one person, correct the list first";
            refused.push(pair.refused(reason, hint));
        }
    }
    let torn = rulings.apart.iter().filter(|pair| sets.are_joined(pair.row.0, pair.other.0));
    let torn: Vec<Finding> = torn
        .map(|pair| pair.refused("two rows are ruled to be kept apart, and other rulings merge them", "take one of the rulings out"))
        .collect();
    refused.extend(torn);
    if refused.is_empty() { Ok(()) } else { Err(Error::refused_all(refused)) }
}

/// Whether two people have something in common in any of their rows: a row with the maiden name may tie the others together.
fn share_something(context: &Context, sets: &mut Sets, identities: &Identities, one: u32, two: u32) -> bool {
    let (one, two) = (sets.root(one), sets.root(two));
    let mut rows_of = |root| (0..identities.len() as u32).filter(|row| sets.root(*row) == root).collect::<Vec<_>>();
    let (ones, twos) = (rows_of(one), rows_of(two));
    let share = |one: u32, two: u32| {
        let contact = || shares_contact(context, RowIndex(one), RowIndex(two));
        identities.of(one).shares_something_with(&identities.of(two), contact)
    };
    one == two || ones.iter().any(|one| twos.iter().any(|two| share(*one, *two)))
}

fn merges(context: &Context, groups: &Groups, mut automatic: Sets, strongest: &[Option<Rule>]) -> Vec<Merge> {
    let mut merges = Vec::new();
    for (first, others) in groups.iter().filter_map(<[RowIndex]>::split_first) {
        for row in others {
            let found = strongest[row.0 as usize].filter(|_| automatic.are_joined(first.0, row.0));
            let rule = found.unwrap_or(Rule::Ruling);
            let at_one_provider = context.provider_of_row(*first) == context.provider_of_row(*row);
            merges.push(Merge { row: *row, into: *first, rule: rule.name(), reason: rule.reason(at_one_provider) });
        }
    }
    merges.sort_by_key(|merge| merge.row);
    merges
}

/// Disjoint sets of rows; the root of a set is its lowest row.
#[derive(Clone)]
struct Sets(Vec<u32>);

impl Sets {
    fn new(count: usize) -> Sets {
        Sets((0..count as u32).collect())
    }

    fn root(&mut self, row: u32) -> u32 {
        let mut root = row;
        while self.0[root as usize] != root {
            let parent = self.0[root as usize];
            self.0[root as usize] = self.0[parent as usize];
            root = self.0[root as usize];
        }
        root
    }

    fn join(&mut self, one: u32, two: u32) {
        let (one, two) = (self.root(one), self.root(two));
        self.0[one.max(two) as usize] = one.min(two);
    }

    fn are_joined(&mut self, one: u32, two: u32) -> bool {
        self.root(one) == self.root(two)
    }

    /// The number of each row's set, counted by first rows.
    fn numbered(&mut self) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(self.0.len());
        let mut next = 0;
        for row in 0..self.0.len() as u32 {
            let root = self.root(row);
            if root == row {
                numbers.push(next);
                next += 1;
            } else {
                numbers.push(numbers[root as usize]);
            }
        }
        numbers
    }
}
