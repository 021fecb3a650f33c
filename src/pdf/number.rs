//! Numbers as content streams have them: shortest decimals, two places, no exponent (ISO 32000-1, 7.3.3).

/// Writes a length in points, rounded to hundredths.
#[inline]
pub(super) fn push(value: f32, out: &mut Vec<u8>) {
    push_hundredths(hundredths(value), out);
}

/// A length in hundredths of a point.
#[inline]
pub(super) fn hundredths(value: f32) -> i64 {
    // The cast drops what is behind the point, so a half more rounds: `round` would be a call into the mathematics library.
    (value * 100.0 + 0.5_f32.copysign(value)) as i64
}

/// Writes a length that is given in hundredths of a point.
#[inline]
pub(super) fn push_hundredths(hundredths: i64, out: &mut Vec<u8>) {
    if hundredths < 0 {
        out.push(b'-');
    }
    let (whole, part) = (hundredths.unsigned_abs() / 100, (hundredths.unsigned_abs() % 100) as u8);
    if whole > 0 || part == 0 {
        push_integer(whole, out);
    }
    if part > 0 {
        out.extend([b'.', b'0' + part / 10]);
        if part % 10 > 0 {
            out.push(b'0' + part % 10);
        }
    }
}

/// Writes a whole number.
#[inline]
pub(super) fn push_integer(value: u64, out: &mut Vec<u8>) {
    if value < 10 {
        out.push(b'0' + value as u8);
        return;
    }
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = value;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// Writes numbers with blanks between them.
#[inline]
pub(super) fn push_all(values: &[f32], out: &mut Vec<u8>) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        push(*value, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_number_reads_back_to_a_hundredth(value in -20_000.0f32..20_000.0) {
            let mut out = Vec::new();
            push(value, &mut out);
            let read: f64 = String::from_utf8(out).unwrap().parse().unwrap();
            prop_assert!((read - f64::from(value)).abs() <= 0.0061);
        }
    }

    #[test]
    fn numbers_are_short() {
        let mut out = Vec::new();
        push_all(&[0.0, -0.5, 11.0, 612.25, 0.004, 100.1], &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "0 -.5 11 612.25 0 100.1");
    }
}
