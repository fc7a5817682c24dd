//! Clock times and calendar dates of event tables, as NONMEM's data preprocessor reads them.

/// In which order the column of a date has its parts. A DATE or DAT1 whose first part has four digits is ISO 8601,
/// year-month-day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateOrder {
    MonthDayYear,
    DayMonthYear,
    YearMonthDay,
    YearDayMonth,
}

impl DateOrder {
    /// The name of the column.
    pub fn column(self) -> &'static str {
        match self {
            DateOrder::MonthDayYear => "DATE",
            DateOrder::DayMonthYear => "DAT1",
            DateOrder::YearMonthDay => "DAT2",
            DateOrder::YearDayMonth => "DAT3",
        }
    }

    /// The order in words.
    pub fn describe(self) -> &'static str {
        match self {
            DateOrder::MonthDayYear => "month/day/year",
            DateOrder::DayMonthYear => "day/month/year",
            DateOrder::YearMonthDay => "year/month/day",
            DateOrder::YearDayMonth => "year/day/month",
        }
    }
}

/// Seconds of a clock time `8:30` or `14:05:30`; hours may pass 24, and a sign is allowed, as in NONMEM.
pub(super) fn read_clock(text: &str) -> Option<f64> {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut parts = text.split(':');
    let hours = whole(parts.next()?, 6)?;
    let minutes = whole(parts.next()?, 2).filter(|minutes| *minutes < 60)?;
    let seconds = match parts.next() {
        None => 0.0,
        Some(text) if text.starts_with(|first: char| first.is_ascii_digit()) => {
            text.parse::<f64>().ok().filter(|seconds| (0.0..60.0).contains(seconds))?
        }
        Some(_) => return None,
    };
    parts.next().is_none().then_some(sign * ((hours * 3600 + minutes * 60) as f64 + seconds))
}

/// The number of a day. A single part is the number itself; two parts are day and month of a year of 365 days; years of
/// one or two digits are 1951 to 2050 (NONMEM's default, `LAST20=50`).
pub(super) fn read_date(text: &str, order: DateOrder) -> Option<i64> {
    let negative = text.starts_with('-');
    let parts: Vec<&str> = text.split(|sign: char| !sign.is_ascii_digit()).collect();
    match *parts.as_slice() {
        [day] => whole(day, 7),
        ["", day] if negative => whole(day, 7).map(|day| -day),
        [first, second] => {
            let (month, day) = match order {
                DateOrder::MonthDayYear | DateOrder::YearMonthDay => (first, second),
                DateOrder::DayMonthYear | DateOrder::YearDayMonth => (second, first),
            };
            day_number(2001, whole(month, 2)?, whole(day, 2)?)
        }
        [first, second, third] => {
            let iso = first.len() == 4 && matches!(order, DateOrder::MonthDayYear | DateOrder::DayMonthYear);
            let (year, month, day) = match order {
                _ if iso => (first, second, third),
                DateOrder::MonthDayYear => (third, first, second),
                DateOrder::DayMonthYear => (third, second, first),
                DateOrder::YearMonthDay => (first, second, third),
                DateOrder::YearDayMonth => (first, third, second),
            };
            let number = whole(year, 4)?;
            let century = match (year.len(), number) {
                (1 | 2, 0..=50) => 2000,
                (1 | 2, _) => 1900,
                _ => 0,
            };
            day_number(century + number, whole(month, 2)?, whole(day, 2)?)
        }
        _ => None,
    }
}

/// A number of digits alone, at most so many.
fn whole(text: &str, longest: usize) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Days since an arbitrary but fixed day, in the Gregorian calendar; `None` if there is no such date. Years are counted
/// from March, so that the leap day is the last of its year (Richards 1998, in the Explanatory Supplement).
fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(365 * year + leap_days + (153 * month + 2) / 5 + day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        assert_eq!(read_clock("8:30"), Some(8.5 * 3600.0));
        assert_eq!(read_clock("26:00"), Some(26.0 * 3600.0));
        assert_eq!(read_clock("14:05:30.5"), Some(14.0 * 3600.0 + 330.5));
        assert_eq!(read_clock("-1:30"), Some(-1.5 * 3600.0));
        for broken in ["8:", ":30", "8:60", "8:3x", "8:30:60", "8:30:", "8:30:1:2", "8:-3", "8:30:-1", "8:30:+1"] {
            assert_eq!(read_clock(broken), None, "{broken}");
        }
    }

    #[test]
    fn dates_in_each_order() {
        let day = read_date("2026-11-21", DateOrder::MonthDayYear);
        assert!(day.is_some());
        for (text, order) in [
            ("11/21/2026", DateOrder::MonthDayYear),
            ("11-21-26", DateOrder::MonthDayYear),
            ("21.11.2026", DateOrder::DayMonthYear),
            ("2026-11-21", DateOrder::DayMonthYear),
            ("26/11/21", DateOrder::YearMonthDay),
            ("2026/21/11", DateOrder::YearDayMonth),
        ] {
            assert_eq!(read_date(text, order), day, "{text}");
        }
        assert_eq!(read_date("3", DateOrder::MonthDayYear), Some(3));
        assert_eq!(read_date("-3", DateOrder::MonthDayYear), Some(-3));
        for broken in ["", "13/1/2026", "2/29/2026", "2/29", "1/2/3/4", "2026-11-", "11/21/26x", "x"] {
            assert_eq!(read_date(broken, DateOrder::MonthDayYear), None, "{broken}");
        }
    }

    #[test]
    fn days_are_counted_without_gaps() {
        let mut last = read_date("1899-12-31", DateOrder::YearMonthDay).expect("a date");
        for year in 1900..2101_i64 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(number) = day_number(year, month, day) {
                        assert_eq!(number, last + 1, "{year}-{month}-{day}");
                        last = number;
                    }
                }
            }
        }
        // The length of four centuries.
        assert_eq!(day_number(2400, 1, 1).zip(day_number(2000, 1, 1)).map(|(a, b)| a - b), Some(146_097));
    }
}
