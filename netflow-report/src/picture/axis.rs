//! Where the marks of an axis are.

/// Round numbers from 0 to at least `most`, four to six of them.
pub(super) fn marks(most: f64) -> Vec<f64> {
    if most.is_nan() || most <= 0.0 {
        return vec![0.0, 1.0];
    }
    let raw = most / 5.0;
    let power = 10_f64.powf(raw.log10().floor());
    let factors = [1.0, 2.0, 2.5, 5.0, 10.0];
    let step = factors
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= raw)
        .unwrap_or(power * 10.0);
    let mut marks = vec![0.0];
    while marks.last().is_some_and(|last| *last < most) && marks.len() < 12 {
        marks.push(step * crate::quantity::to_f64(u64::try_from(marks.len()).unwrap_or(0)));
    }
    marks
}

/// Spans of time between marks, in nanoseconds.
const STEPS: [i64; 22] = {
    const S: i64 = 1_000_000_000;
    const M: i64 = 60 * S;
    const H: i64 = 60 * M;
    const D: i64 = 24 * H;
    [
        S,
        2 * S,
        5 * S,
        10 * S,
        15 * S,
        30 * S,
        M,
        2 * M,
        5 * M,
        10 * M,
        15 * M,
        30 * M,
        H,
        2 * H,
        3 * H,
        6 * H,
        12 * H,
        D,
        2 * D,
        7 * D,
        30 * D,
        365 * D,
    ]
};

/// Round times in a span, at most `most` of them; none if it is too long for any step.
pub(super) fn times(start: i64, end: i64, most: i64) -> Vec<i64> {
    let span = end.saturating_sub(start).max(1);
    let Some(step) = STEPS.into_iter().find(|step| span / step < most) else {
        return Vec::new();
    };
    let mut times = Vec::new();
    let mut time = start.saturating_add(step - 1).div_euclid(step) * step;
    while time <= end && times.len() < 64 {
        times.push(time);
        time = time.saturating_add(step);
    }
    times
}

#[cfg(test)]
mod tests {
    use super::{marks, times};

    #[test]
    fn marks_are_round_and_reach_the_largest_value() {
        assert_eq!(marks(0.0), [0.0, 1.0]);
        assert_eq!(marks(10.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        for most in [1e-9, 1.0, 7.3, 999.0, 1e18, 1e300] {
            let marks = marks(most);
            assert!(*marks.last().unwrap() >= most * 0.999_999, "{most}");
            assert!(marks.len() <= 7, "{most}");
        }
    }

    #[test]
    fn times_are_round() {
        let second = 1_000_000_000;
        assert_eq!(
            times(3 * second, 13 * second, 6),
            [4, 6, 8, 10, 12].map(|time| time * second)
        );
        assert!(times(i64::MIN, i64::MAX, 6).len() <= 64);
    }
}
