//! A one-page PDF around a drawing, in one fixed order of bytes.
//!
//! svg2pdf numbers and orders objects and dictionary entries by hash tables that differ from run to run. Here its
//! objects are read, dictionary entries sorted, and objects numbered in the order in which the page reaches them, so
//! that equal drawings are equal files. Streams pass through untouched.

use std::collections::BTreeMap;

/// What a PDF object is made of.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// A number, name, string or keyword as written.
    Plain(Vec<u8>),
    /// Values in order.
    Array(Vec<Value>),
    /// Entries by name, sorted.
    Dictionary(BTreeMap<Vec<u8>, Value>),
    /// The number of another object.
    Reference(i64),
}

/// An object with its stream, if it has one.
#[derive(Clone, Debug, PartialEq)]
struct Object {
    value: Value,
    stream: Option<Vec<u8>>,
}

/// What the page is and says about itself.
pub struct Sheet<'a> {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Title.
    pub title: &'a str,
    /// Description.
    pub description: &'a str,
    /// Metadata, kept as the document's keywords.
    pub metadata: &'a str,
}

/// Writes a PDF whose page shows the object `drawing` of `objects`, a form that is one unit wide and high.
/// `None` if the objects cannot be read.
pub fn write(sheet: &Sheet, objects: &[u8], drawing: i64) -> Option<Vec<u8>> {
    let objects = read(objects)?;
    // 1 catalog, 2 pages, 3 page, 4 its content, 5 information; the drawing and what it uses follow.
    let order = reached(&objects, drawing);
    let numbers: BTreeMap<i64, i64> = order.iter().zip(6..).map(|(&object, number)| (object, number)).collect();
    let content = format!("{} 0 0 {} 0 0 cm /F Do", sheet.width, sheet.height);
    let mut bodies: Vec<Vec<u8>> = vec![
        b"<</Type/Catalog/Pages 2 0 R/ViewerPreferences<</DisplayDocTitle true>>>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Contents 4 0 R/Resources<</XObject<</F 6 0 R>>>>>>",
            sheet.width, sheet.height
        )
        .into_bytes(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()).into_bytes(),
        format!(
            "<</Title {}/Subject {}/Keywords {}/Creator(kascade)/Producer(svg2pdf)>>",
            text(sheet.title),
            text(sheet.description),
            text(sheet.metadata)
        )
        .into_bytes(),
    ];
    for object in &order {
        let object = objects.get(object)?;
        let mut body = Vec::new();
        put(&mut body, &object.value, &numbers);
        if let Some(stream) = &object.stream {
            body.extend(b"\nstream\n");
            body.extend(stream);
            body.extend(b"\nendstream");
        }
        bodies.push(body);
    }
    Some(assemble(&bodies))
}

/// The file: header, objects, table of their places, trailer.
fn assemble(bodies: &[Vec<u8>]) -> Vec<u8> {
    // The second line tells programs that the file is not plain text.
    let mut file = b"%PDF-1.7\n%\x80\x80\x80\x80\n".to_vec();
    let mut places = Vec::with_capacity(bodies.len());
    for (index, body) in bodies.iter().enumerate() {
        places.push(file.len());
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend(body);
        file.extend(b"\nendobj\n");
    }
    let table = file.len();
    let size = bodies.len() + 1;
    file.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes());
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    file.extend(format!("trailer\n<</Size {size}/Root 1 0 R/Info 5 0 R>>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    file
}

/// A text string: as it is where that is safe, else in UTF-16.
fn text(words: &str) -> String {
    let plain = |character: char| character.is_ascii_graphic() || character == ' ';
    if words.chars().all(|character| plain(character) && !matches!(character, '(' | ')' | '\\')) {
        return format!("({words})");
    }
    let units: String = words.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    format!("<FEFF{units}>")
}

/// The objects that can be reached from `first`, in the order in which they are met.
fn reached(objects: &BTreeMap<i64, Object>, first: i64) -> Vec<i64> {
    fn references(value: &Value, found: &mut Vec<i64>) {
        match value {
            Value::Reference(number) => found.push(*number),
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            Value::Dictionary(entries) => entries.values().for_each(|value| references(value, found)),
            Value::Plain(_) => {}
        }
    }
    let mut order: Vec<i64> = vec![first];
    let mut next = 0;
    while let Some(number) = order.get(next) {
        let mut found = Vec::new();
        if let Some(object) = objects.get(number) {
            references(&object.value, &mut found);
        }
        for number in found {
            if objects.contains_key(&number) && !order.contains(&number) {
                order.push(number);
            }
        }
        next += 1;
    }
    order
}

fn put(out: &mut Vec<u8>, value: &Value, numbers: &BTreeMap<i64, i64>) {
    match value {
        Value::Plain(token) => out.extend(token),
        Value::Reference(number) => {
            let number = numbers.get(number).copied().unwrap_or(0);
            out.extend(format!("{number} 0 R").into_bytes());
        }
        Value::Array(values) => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b' ');
                }
                put(out, value, numbers);
            }
            out.push(b']');
        }
        Value::Dictionary(entries) => {
            out.extend(b"<<");
            for (name, value) in entries {
                out.extend(name);
                out.push(b' ');
                put(out, value, numbers);
            }
            out.extend(b">>");
        }
    }
}

/// All objects by number.
fn read(bytes: &[u8]) -> Option<BTreeMap<i64, Object>> {
    let mut reader = Reader { bytes, at: 0 };
    let mut objects = BTreeMap::new();
    reader.skip_space();
    while reader.at < bytes.len() {
        let number = reader.integer()?;
        reader.integer()?;
        reader.keyword(b"obj")?;
        let value = reader.value()?;
        let stream = if reader.keyword(b"stream").is_some() {
            // The data begin after one line feed.
            let start = reader.at + 1;
            let end = start + usize::try_from(length(&value)?).ok()?;
            let stream = bytes.get(start..end)?.to_vec();
            reader.at = end;
            reader.keyword(b"endstream")?;
            Some(stream)
        } else {
            None
        };
        reader.keyword(b"endobj")?;
        objects.insert(number, Object { value, stream });
        reader.skip_space();
    }
    Some(objects)
}

fn length(value: &Value) -> Option<i64> {
    match value {
        Value::Dictionary(entries) => match entries.get(b"/Length".as_slice())? {
            Value::Plain(token) => std::str::from_utf8(token).ok()?.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Passes a keyword if it comes next.
    fn keyword(&mut self, word: &[u8]) -> Option<()> {
        self.skip_space();
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    fn integer(&mut self) -> Option<i64> {
        self.skip_space();
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(self.rest().get(..digits)?).ok()?;
        let number = text.parse().ok()?;
        self.at += digits;
        Some(number)
    }

    fn value(&mut self) -> Option<Value> {
        self.skip_space();
        if self.keyword(b"<<").is_some() {
            let mut entries = BTreeMap::new();
            while self.keyword(b">>").is_none() {
                let Value::Plain(name) = self.value()? else { return None };
                entries.insert(name, self.value()?);
            }
            return Some(Value::Dictionary(entries));
        }
        if self.keyword(b"[").is_some() {
            let mut values = Vec::new();
            while self.keyword(b"]").is_none() {
                values.push(self.value()?);
            }
            return Some(Value::Array(values));
        }
        if let Some(number) = self.reference() {
            return Some(Value::Reference(number));
        }
        let length = match self.rest().first()? {
            b'(' => self.string_length()?,
            b'<' => self.rest().iter().position(|&byte| byte == b'>')? + 1,
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"/[]<>(".contains(byte);
                1 + self.rest().iter().skip(1).take_while(|byte| !ends(byte)).count()
            }
        };
        let token = self.rest().get(..length)?.to_vec();
        self.at += length;
        Some(Value::Plain(token))
    }

    /// `12 0 R`, if that comes next.
    fn reference(&mut self) -> Option<i64> {
        let start = self.at;
        let number = self.integer().and_then(|number| self.integer().map(|_| number));
        let found = number.filter(|_| self.keyword(b"R").is_some());
        if found.is_none() {
            self.at = start;
        }
        found
    }

    /// Length of a string in parentheses, with those nested or escaped within it.
    fn string_length(&self) -> Option<usize> {
        let mut depth = 0;
        let mut escaped = false;
        for (index, &byte) in self.rest().iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(index + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"7 0 obj\n<</B 9 0 R/A[1 (a\\)(b)) <0F>]>>\nendobj\n\n9 0 obj\n<</Length 6>>\nstream\nendobj\nendstream\nendobj\n";
    const OTHER: &[u8] = b"3 0 obj\n<<\n  /Length 6\n>>\nstream\nendobj\nendstream\nendobj\n\n5 0 obj\n<</A [1 (a\\)(b)) <0F>]\n/B 3 0 R>>\nendobj\n";
    const SHEET: Sheet = Sheet { width: 10.0, height: 20.0, title: "T", description: "µ", metadata: "{}" };

    #[test]
    fn the_order_of_objects_and_entries_does_not_matter() {
        let file = write(&SHEET, ONE, 7).unwrap();
        assert_eq!(Some(&file), write(&SHEET, OTHER, 5).as_ref());
        let text = String::from_utf8_lossy(&file);
        assert!(text.contains("6 0 obj\n<</A [1 (a\\)(b)) <0F>]/B 7 0 R>>"), "{text}");
        assert!(text.contains("7 0 obj\n<</Length 6>>\nstream\nendobj\nendstream"), "{text}");
        assert!(text.contains("/Title (T)/Subject <FEFF00B5>"), "{text}");
    }

    #[test]
    fn the_table_tells_where_objects_begin() {
        let file = write(&SHEET, ONE, 7).unwrap();
        let text = String::from_utf8_lossy(&file);
        let table = text.split("xref\n0 8\n").nth(1).unwrap();
        for (index, line) in table.lines().skip(1).take(7).enumerate() {
            let place: usize = line[..10].parse().unwrap();
            assert!(file[place..].starts_with(format!("{} 0 obj", index + 1).as_bytes()), "{index}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_written() {
        assert_eq!(write(&SHEET, b"7 0 obj\n<</A", 7), None);
        assert_eq!(write(&SHEET, b"7 0 obj\n<</Length 99>>\nstream\nx", 7), None);
    }
}
