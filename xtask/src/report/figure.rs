//! Figures as people read them.

/// A number with three significant digits, or all before the decimal point, thousands apart.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_three_digits_and_commas() {
        let texts = [
            0.004,
            9.876,
            12.34,
            123.4,
            999.9,
            1999.7,
            21_600.4,
            1_234_567.0,
        ]
        .map(number);
        let expected = [
            "0.00",
            "9.88",
            "12.3",
            "123",
            "1,000",
            "2,000",
            "21,600",
            "1,234,567",
        ];
        assert_eq!(texts, expected);
    }
}
