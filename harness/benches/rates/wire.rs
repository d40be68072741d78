//! As little of HTTP/1.1 as it takes to ask and to hear all of the answer: a connection that is kept where the SP keeps it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

pub(crate) struct Connection<'a> {
    /// `127.0.0.1:8471`
    address: &'a str,
    open: Option<BufReader<TcpStream>>,
}

#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<'a> Connection<'a> {
    pub(crate) fn new(address: &'a str) -> Self {
        Self { address, open: None }
    }

    /// Asks for a path, or posts a form to it.
    pub(crate) fn ask(
        &mut self,
        path: &str,
        cookies: Option<&str>,
        form: Option<&str>,
    ) -> io::Result<Answer> {
        let request = request(self.address, path, cookies, form);
        let reused = self.open.is_some();
        match self.exchange(&request) {
            // The SP closed it meanwhile.
            Err(_) if reused => {
                self.open = None;
                self.exchange(&request)
            }
            other => other,
        }
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(30)))?;
                none.insert(BufReader::new(stream))
            }
        };
        open.get_mut().write_all(request)?;
        let (answer, stays) = answer(open)?;
        if !stays {
            self.open = None;
        }
        Ok(answer)
    }
}

fn request(address: &str, path: &str, cookies: Option<&str>, form: Option<&str>) -> Vec<u8> {
    let method = if form.is_some() { "POST" } else { "GET" };
    let mut text = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: Mozilla/5.0 (compatible; samlitmus-bench)\r\n\
         Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en\r\n\
         Accept-Encoding: gzip, deflate\r\nUpgrade-Insecure-Requests: 1\r\n"
    );
    if let Some(cookies) = cookies {
        text += &format!("Cookie: {cookies}\r\n");
    }
    if let Some(form) = form {
        text += &format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
    } else {
        text += "\r\n";
    }
    text.into_bytes()
}

/// The answer, and whether the connection stays.
fn answer(from: &mut BufReader<TcpStream>) -> io::Result<(Answer, bool)> {
    let broken = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let mut answer = Answer {
        status: status.ok_or_else(|| broken("no status"))?,
        ..Answer::default()
    };
    let mut stays = line.starts_with("HTTP/1.1");
    loop {
        line.clear();
        from.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        answer
            .headers
            .push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    stays &= !answer
        .header("connection")
        .is_some_and(|value| value.eq_ignore_ascii_case("close"));
    let length = answer
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let chunked = answer.header("transfer-encoding").is_some();
    match (answer.status, length) {
        (204 | 304, _) => {}
        (_, Some(length)) => {
            answer.body = vec![0; length];
            from.read_exact(&mut answer.body)?;
        }
        (_, None) if chunked => loop {
            line.clear();
            from.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(|_| broken("no chunk"))?;
            let begun = answer.body.len();
            answer.body.resize(begun + length + 2, 0);
            from.read_exact(&mut answer.body[begun..])?;
            answer.body.truncate(begun + length);
            if length == 0 {
                break;
            }
        },
        (_, None) => {
            from.read_to_end(&mut answer.body)?;
            stays = false;
        }
    }
    Ok((answer, stays))
}
