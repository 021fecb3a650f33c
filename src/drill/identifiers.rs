//! Identifiers that never repeat without a memory of those that were given out: a number is mapped onto another one of the same
//! range by a rule that can be turned around.

use super::random::Random;

/// Characters of activation codes: none that is mistaken for another, no vowel that could make a word.
const CODE_LETTERS: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH: u32 = 10;
const PATIENT_IDS: u64 = 10_000_000_000;
/// Share no divisor with 10 and 28.
const PATIENT_STEP: u64 = 7_654_321_987;
const CODE_STEP: u64 = 181_260_439_451_373;

const _: () = assert!(!PATIENT_STEP.is_multiple_of(2) && !PATIENT_STEP.is_multiple_of(5));
const _: () = assert!(!CODE_STEP.is_multiple_of(2) && !CODE_STEP.is_multiple_of(7));

/// The identifiers of one drill, different for every seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identifiers {
    patient_start: u64,
    code_start: u64,
}

impl Identifiers {
    /// Draws where the identifiers start.
    pub(super) fn draw(random: &mut Random) -> Self {
        Identifiers { patient_start: random.below(PATIENT_IDS), code_start: random.below(codes()) }
    }

    /// Ten digits, at times with leading zeros, as record systems give them.
    pub(super) fn patient_id(&self, person: u64) -> String {
        format!("{:010}", spread(person, PATIENT_STEP, self.patient_start, PATIENT_IDS))
    }

    /// Ten characters in two groups.
    pub(super) fn activation_code(&self, person: u64) -> String {
        let mut rest = spread(person, CODE_STEP, self.code_start, codes());
        let mut code = String::with_capacity(CODE_LENGTH as usize + 1);
        for position in 0..CODE_LENGTH {
            if position == CODE_LENGTH / 2 {
                code.push('-');
            }
            code.push(char::from(CODE_LETTERS[(rest % 28) as usize]));
            rest /= 28;
        }
        code
    }
}

fn codes() -> u64 {
    28_u64.pow(CODE_LENGTH)
}

/// Different for every number below `range`, because `step` shares no divisor with it.
fn spread(number: u64, step: u64, start: u64, range: u64) -> u64 {
    ((u128::from(number) * u128::from(step) + u128::from(start)) % u128::from(range)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn identifiers_do_not_repeat() {
        let identifiers = Identifiers::draw(&mut Random::seeded(10));
        let ids: BTreeSet<String> = (1..=20_000).map(|person| identifiers.patient_id(person)).collect();
        let codes: BTreeSet<String> = (1..=20_000).map(|person| identifiers.activation_code(person)).collect();
        assert_eq!((ids.len(), codes.len()), (20_000, 20_000));
        assert!(codes.iter().all(|code| code.len() == 11));
    }
}
