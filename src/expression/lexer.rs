//! From text to tokens.

use super::error::ExpressionError;
use super::parser::Mode;
use crate::units::{Span, Unit, UnitError, parse_unit};

/// The longest text that is read; an equation is rarely longer than a line.
const LONGEST: usize = 20_000;

/// The smallest part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number {
        value: f64,
        unit: Option<Box<Unit>>,
    },
    Name(String),
    /// A unit in brackets that follows something other than a number.
    Bracket,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
    True,
    False,
    Open,
    Close,
    Comma,
    End,
}

/// Whether a text is a name: a letter followed by letters, digits and `_`, and not reserved.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !is_reserved(text)
}

/// Whether a word means something in every expression and so can name nothing in a model: `time`, `pi`, the words of
/// logic, and the functions.
pub fn is_reserved(text: &str) -> bool {
    matches!(text, "time" | "pi" | "and" | "or" | "not" | "true" | "false" | "if" | "input")
        || super::function::Function::named(text).is_some()
}

/// How many bytes of letters, digits and `_` a text begins with.
fn word_length(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

/// All tokens with their places, `End` last, and all that is wrong.
pub(super) fn tokens(text: &str, mode: Mode) -> (Vec<(Token, Span)>, Vec<ExpressionError>) {
    let mut lexer = Lexer { text, at: 0, mode, tokens: Vec::new(), errors: Vec::new() };
    if text.len() > LONGEST {
        lexer.errors.push(ExpressionError::TooLarge { span: 0..text.len() });
    } else {
        while lexer.token() {}
    }
    lexer.tokens.push((Token::End, text.len()..text.len()));
    (lexer.tokens, lexer.errors)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    mode: Mode,
    tokens: Vec<(Token, Span)>,
    errors: Vec<ExpressionError>,
}

impl Lexer<'_> {
    /// Reads one token; false at the end.
    fn token(&mut self) -> bool {
        self.skip_spaces();
        let start = self.at;
        let rest = &self.text[start..];
        let Some(letter) = rest.chars().next() else { return false };
        if letter.is_ascii_digit() || letter == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit()) {
            self.number();
        } else if letter.is_ascii_alphabetic() {
            let mut length = word_length(rest);
            // In outcomes the name of a run may stand before that of an outcome: `drug.peak(C)`.
            if self.mode == Mode::Outcome
                && let Some(after) = rest[length..].strip_prefix('.')
                && after.starts_with(|next: char| next.is_ascii_alphabetic())
            {
                length += 1 + word_length(after);
            }
            self.at += length;
            let token = match &rest[..length] {
                "and" => Token::And,
                "or" => Token::Or,
                "not" => Token::Not,
                "true" => Token::True,
                "false" => Token::False,
                name => Token::Name(name.to_string()),
            };
            self.tokens.push((token, start..self.at));
        } else if letter == '[' {
            if self.bracket().is_some() {
                self.tokens.push((Token::Bracket, start..self.at));
            }
        } else {
            self.sign(letter);
        }
        true
    }

    fn sign(&mut self, letter: char) {
        let start = self.at;
        let rest = &self.text[start..];
        // What other languages write; read as what is meant, so that the rest of the text is still checked.
        const FOREIGN: [(&str, &str, Token); 3] =
            [("**", "`^`", Token::Caret), ("&&", "`and`", Token::And), ("||", "`or`", Token::Or)];
        if let Some((sign, instead, token)) = FOREIGN.iter().find(|(sign, ..)| rest.starts_with(sign)) {
            self.at += sign.len();
            self.unexpected(letter, Some(instead), start);
            self.tokens.push((token.clone(), start..self.at));
            return;
        }
        const SIGNS: [(&str, Token); 20] = [
            ("<=", Token::LessOrEqual),
            (">=", Token::GreaterOrEqual),
            ("==", Token::Equal),
            ("!=", Token::NotEqual),
            ("≤", Token::LessOrEqual),
            ("≥", Token::GreaterOrEqual),
            ("≠", Token::NotEqual),
            ("+", Token::Plus),
            ("-", Token::Minus),
            ("−", Token::Minus),
            ("*", Token::Star),
            ("·", Token::Star),
            ("×", Token::Star),
            ("/", Token::Slash),
            ("^", Token::Caret),
            ("<", Token::Less),
            (">", Token::Greater),
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
        ];
        match SIGNS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            Some((sign, token)) => {
                self.at += sign.len();
                self.tokens.push((token.clone(), start..self.at));
            }
            None => {
                self.at += letter.len_utf8();
                let instead = match letter {
                    '=' => Some("`==` to compare"),
                    '!' => Some("`not`"),
                    '%' => Some("a number of percent as `5 [%]`"),
                    ';' => Some("`,` between arguments"),
                    '{' => Some("`(`"),
                    '}' => Some("`)`"),
                    letter if letter.is_alphabetic() => Some("names with the letters A to Z"),
                    _ => None,
                };
                self.unexpected(letter, instead, start);
                // With the sign that is meant in its place the rest is still worth reading.
                match letter {
                    '=' => self.tokens.push((Token::Equal, start..self.at)),
                    '!' => self.tokens.push((Token::Not, start..self.at)),
                    _ => {}
                }
            }
        }
    }

    fn unexpected(&mut self, found: char, instead: Option<&'static str>, start: usize) {
        self.errors.push(ExpressionError::UnexpectedCharacter { found, instead, span: start..self.at });
    }

    fn skip_spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn number(&mut self) {
        let start = self.at;
        self.digits();
        if self.text[self.at..].starts_with('.') {
            self.at += 1;
            self.digits();
        }
        // An `e` belongs to the number only with digits behind it; else it begins a name.
        let rest = &self.text.as_bytes()[self.at..];
        if matches!(rest.first(), Some(b'e' | b'E')) {
            let signed = 1 + usize::from(matches!(rest.get(1), Some(b'+' | b'-')));
            if rest.get(signed).is_some_and(u8::is_ascii_digit) {
                self.at += signed;
                self.digits();
            }
        }
        let written = &self.text[start..self.at];
        let mantissa = written.split(['e', 'E']).next().unwrap_or(written);
        let value = written.parse::<f64>().unwrap_or(f64::NAN);
        let vanished = value == 0.0 && mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        if !value.is_finite() || vanished {
            self.errors.push(ExpressionError::NumberOutOfRange { span: start..self.at });
        }
        let unit = self.unit_after_number().map(Box::new);
        self.tokens.push((Token::Number { value, unit }, start..self.at));
    }

    fn digits(&mut self) {
        self.at += self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
    }

    /// The unit behind a number: in brackets, or in an outcome also without them.
    fn unit_after_number(&mut self) -> Option<Unit> {
        let end_of_number = self.at;
        self.skip_spaces();
        let unit = if self.text[self.at..].starts_with('[') {
            self.bracket().flatten()
        } else if self.mode == Mode::Outcome {
            self.plain_unit()
        } else {
            None
        };
        if unit.is_none() && !self.text[..self.at].ends_with(']') {
            self.at = end_of_number;
        }
        unit
    }

    /// A unit in brackets: `None` if the bracket is not closed, `Some(None)` if it holds no unit; both are told.
    fn bracket(&mut self) -> Option<Option<Unit>> {
        let start = self.at;
        let Some(length) = self.text[start..].find(']') else {
            self.errors.push(ExpressionError::UnclosedBracket { span: start..start + 1 });
            self.at = self.text.len();
            return None;
        };
        self.at = start + length + 1;
        match parse_unit(&self.text[start + 1..start + length]) {
            Ok(unit) => Some(Some(unit)),
            Err(error) => {
                self.errors.push(ExpressionError::Unit(error.shifted(start + 1)));
                Some(None)
            }
        }
    }

    /// A unit without brackets behind a number, as in `24 h` or `642 ng/mL`: the longest run of characters without a
    /// space that is a unit.
    fn plain_unit(&mut self) -> Option<Unit> {
        let rest = &self.text[self.at..];
        let first = rest.chars().next()?;
        if !first.is_alphabetic() && first != '%' && first != '°' {
            return None;
        }
        let run: &str = rest.split(|letter: char| letter.is_whitespace() || ",<>=!+[".contains(letter)).next()?;
        let word = run.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or(run);
        if matches!(word, "and" | "or" | "not" | "if") {
            return None;
        }
        let mut ends: Vec<usize> = run.char_indices().map(|(at, letter)| at + letter.len_utf8()).collect();
        // No unit is longer; the limit keeps a run of garbage from being tried at every length.
        ends.truncate(64);
        let mut problem: Option<UnitError> = None;
        for end in ends.into_iter().rev() {
            // A unit ends where a name ends.
            let inside_word = run[end..].starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
                && run[..end].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if inside_word {
                continue;
            }
            match parse_unit(&run[..end]) {
                Ok(unit) => {
                    self.at += end;
                    return Some(unit);
                }
                Err(error) => problem = Some(error),
            }
        }
        // The shortest candidate is the word itself, so its error is the one to tell.
        if let Some(error) = problem {
            let error = error.shifted(self.at);
            self.at += word.len();
            self.errors.push(ExpressionError::Unit(error));
            return Some(Unit::none());
        }
        None
    }
}
