<?php
/**
 * Mengirim baris dari basis data OPD ke Simpul. / Delivers rows from an agency's database to Simpul.
 *
 * Satu berkas; perlu PHP 7.4 atau lebih baru dengan cURL dan PDO. Dijalankan oleh cron:
 * One file; needs PHP 7.4 or newer with cURL and PDO. Run by cron:
 *
 *     php simpul-push.php /home/opd/simpul/simpul-push.ini [--check | --dry-run] [--confirm-deletion]
 *
 * Simpan berkas ini, berkas .ini dan foldernya DI LUAR folder web (public_html, www, htdocs).
 * Keep this file, its .ini and its folder OUTSIDE the web's folder.
 *
 * Kode akhir / exit codes: 0 terkirim, 1 ada baris tertolak, 2 pengaturan, 3 sumber, 4 hub menolak, 5 hub tidak menjawab,
 * 6 catatan posisi rusak, 7 pengiriman lain sedang berjalan.
 *
 * The position moves only after the hub has acknowledged a part. A part lies on the disk before it is sent, under an
 * Idempotency-Key of its own; killed in between, it is sent again, and the hub answers as it did the first time.
 *
 * Licence: Apache-2.0
 */

const VERSION = '0.1.0';
const PART_ROWS = 10000;
const PART_BYTES = 4500000;
const WHOLE_BYTES = 50000000;
const SEEN_ROWS = 5000;
const LATER = [408, 409, 425, 429, 500, 502, 503, 504];

/** What ends a run: the exit code, and the words in Indonesian and English. Never a value of a row, never the key. */
final class Stop extends Exception
{
    public function __construct(int $code, string $indonesian, string $english)
    {
        parent::__construct($indonesian . "\n  " . $english, $code);
    }
}

/** @return array<string, array<string, string>> */
function read_config(string $path): array
{
    $config = is_readable($path) ? @parse_ini_file($path, true, INI_SCANNER_RAW) : false;
    if ($config === false) {
        throw new Stop(2, "Berkas pengaturan $path tidak ada atau bukan INI.", "The settings file $path is missing or no INI.");
    }
    foreach ([['hub', 'address'], ['hub', 'key_file'], ['source', 'dsn'], ['state', 'folder']] as [$section, $name]) {
        if (trim($config[$section][$name] ?? '') === '') {
            throw new Stop(2, "Pengaturan [$section] $name perlu diisi.", "The setting [$section] $name is needed.");
        }
    }
    $mode = $config['read']['mode'] = $config['read']['mode'] ?? 'merge';
    if (!in_array($mode, ['merge', 'append', 'replace'], true)) {
        throw new Stop(2, 'Pengaturan [read] mode: merge, append, atau replace.', 'The setting [read] mode: merge, append or replace.');
    }
    $has_cursor = isset($config['read']['cursor'], $config['read']['key']);
    if ($has_cursor === ($mode === 'replace')) {
        throw new Stop(2, 'Isi [read] cursor dan key; hanya mode replace tanpa keduanya.', 'Give [read] cursor and key; only mode replace goes without.');
    }
    if (isset($config['source']['table']) === isset($config['source']['query'])) {
        throw new Stop(2, 'Isi salah satu: [source] table atau query.', 'Give one of the two: [source] table or query.');
    }
    $address = parse_url($config['hub']['address']);
    $is_local = in_array($address['host'] ?? '', ['localhost', '127.0.0.1'], true);
    if (($address['scheme'] ?? '') !== 'https' && !(($address['scheme'] ?? '') === 'http' && $is_local)) {
        throw new Stop(2, 'Pengaturan [hub] address harus https.', 'The setting [hub] address must be https.');
    }
    $config['folder'] = dirname(realpath($path));
    return $config;
}

function resolve_path(array $config, string $path): string
{
    return preg_match('#^(/|[A-Za-z]:)#', $path) ? $path : $config['folder'] . '/' . $path;
}

function read_secret(array $config, string $path): string
{
    $path = resolve_path($config, $path);
    if (!is_readable($path)) {
        throw new Stop(2, "Berkas rahasia $path tidak dapat dibaca.", "The secret's file $path can't be read.");
    }
    if (DIRECTORY_SEPARATOR === '/' && (fileperms($path) & 077)) {
        throw new Stop(2, "Berkas $path dapat dibaca orang lain: chmod 600.", "Others can read $path: chmod 600.");
    }
    return trim(file_get_contents($path));
}

/** Write a file so that a power cut leaves the old one or the new one whole. */
function write_whole(string $path, string $content): void
{
    $file = @fopen("$path.new", 'wb');
    if ($file === false || fwrite($file, $content) !== strlen($content) || !fflush($file)) {
        throw new Stop(2, 'Folder [state] tidak dapat ditulis.', "The folder [state] can't be written.");
    }
    if (function_exists('fsync')) {
        fsync($file);
    }
    fclose($file);
    chmod("$path.new", 0600);
    rename("$path.new", $path);
}

function write_sealed(string $path, array $data): void
{
    $text = json_encode($data);
    write_whole($path, hash('sha256', $text) . "\n" . $text);
}

/** Return what was sealed, or null where it is missing or damaged. */
function read_sealed(string $path): ?array
{
    $parts = is_file($path) ? explode("\n", file_get_contents($path), 2) : [];
    $is_whole = count($parts) === 2 && hash('sha256', $parts[1]) === $parts[0];
    return $is_whole ? json_decode($parts[1], true) : null;
}

/** @return resource */
function take_lock(string $folder)
{
    if (!is_dir($folder) && !@mkdir($folder, 0700, true)) {
        throw new Stop(2, 'Folder [state] tidak dapat dibuat.', "The folder [state] can't be made.");
    }
    $lock = fopen("$folder/lock", 'c');
    if ($lock === false || !flock($lock, LOCK_EX | LOCK_NB)) {
        throw new Stop(7, 'Pengiriman lain sedang berjalan.', 'Another delivery is running.');
    }
    return $lock;
}

/** The source: one table or query, read in the order of its cursor. */
final class Source
{
    private PDO $pdo;
    private array $config;
    private string $quote;

    public function __construct(array $config)
    {
        $this->config = $config;
        $source = $config['source'];
        $this->quote = strncmp($source['dsn'], 'mysql:', 6) === 0 ? '`' : '"';
        $options = [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_EMULATE_PREPARES => false];
        $password = isset($source['password_file']) ? read_secret($config, $source['password_file']) : null;
        try {
            $this->pdo = new PDO($source['dsn'], $source['user'] ?? null, $password, $options);
            if ($this->quote === '`') {
                $this->pdo->exec('SET NAMES utf8mb4');
                $this->pdo->exec("SET SESSION time_zone = '+00:00'");
                $this->pdo->exec('SET SESSION TRANSACTION READ ONLY');
            }
        } catch (PDOException $error) {
            throw self::wrap($error);
        }
    }

    /** Give rows [line, cursor, keys] after a place: [cursor, keys], [cursor, null] from that cursor on, or null for all. */
    public function read(?array $place, int $limit): Generator
    {
        [$sql, $values] = $this->write_select($place, $limit);
        try {
            $statement = $this->pdo->prepare($sql);
            $statement->execute($values);
            [$sent, $names] = $this->describe($statement);
            $json = array_map('trim', explode(',', $this->config['read']['json'] ?? ''));
            while ($row = $statement->fetch(PDO::FETCH_NUM)) {
                yield [write_row($sent, $row, $json), ...$this->read_place($names, $row)];
            }
            $statement->closeCursor();
        } catch (PDOException $error) {
            throw self::wrap($error);
        }
    }

    private function write_select(?array $place, int $limit): array
    {
        $source = $this->config['source'];
        $from = isset($source['table']) ? $this->quote($source['table']) : '(' . rtrim($source['query'], "; \n") . ') AS sumber';
        $sql = "SELECT * FROM $from";
        if (!isset($this->config['read']['cursor'])) {
            return [$sql, []];
        }
        $names = array_map([$this, 'quote'], [$this->config['read']['cursor'], ...list_keys($this->config)]);
        $where = "$names[0] IS NOT NULL";
        $values = [];
        if ($place !== null && $place[1] === null) {
            [$where, $values] = ["$names[0] >= ?", [$place[0]]];
        } elseif ($place !== null) {
            $last = [$place[0], ...$place[1]];
            $cases = [];
            foreach ($names as $number => $name) {
                $equal = array_map(static fn($one) => "$one = ?", array_slice($names, 0, $number));
                $cases[] = '(' . implode(' AND ', [...$equal, "$name > ?"]) . ')';
                array_push($values, ...array_slice($last, 0, $number + 1));
            }
            $where = implode(' OR ', $cases);
        }
        return ["$sql WHERE $where ORDER BY " . implode(', ', $names) . " LIMIT $limit", $values];
    }

    private function quote(string $name): string
    {
        $parts = explode('.', trim($name));
        return implode('.', array_map(fn($part) => $this->quote . str_replace($this->quote, $this->quote . $this->quote, $part) . $this->quote, $parts));
    }

    /** @return array{0: list<array>, 1: array<string, int>} columns to send as [name, place, native type], and all names' places */
    private function describe(PDOStatement $statement): array
    {
        $places = $kinds = [];
        for ($place = 0; $place < $statement->columnCount(); $place++) {
            $meta = $statement->getColumnMeta($place) ?: ['name' => "kolom_$place"];
            $places[$meta['name']] = $place;
            $kinds[$place] = strtoupper((string) ($meta['native_type'] ?? ''));
        }
        $columns = $this->config['columns'] ?? array_combine(array_keys($places), array_keys($places));
        $sent = [];
        foreach ($columns as $to => $name) {
            if (!isset($places[$name])) {
                throw new Stop(3, "Kolom $name tidak ada di sumber.", "The source has no column $name.");
            }
            $sent[] = [$to, $places[$name], $kinds[$places[$name]]];
        }
        return [$sent, $places];
    }

    private function read_place(array $places, array $row): array
    {
        if (!isset($this->config['read']['cursor'])) {
            return [null, []];
        }
        $values = [];
        foreach ([$this->config['read']['cursor'], ...list_keys($this->config)] as $name) {
            if (!isset($places[$name])) {
                throw new Stop(3, "Kolom $name tidak ada di sumber.", "The source has no column $name.");
            }
            $values[] = $row[$places[$name]];
        }
        return [$values[0], array_slice($values, 1)];
    }

    private static function wrap(PDOException $error): Stop
    {
        $code = preg_replace('/[^0-9A-Z]/', '', (string) $error->getCode());
        return new Stop(
            3,
            "Basis data tidak dapat dibaca (kode $code). Periksa alamat, pengguna, tabel atau kueri.",
            "The database can't be read (code $code). Check the address, the user, the table or query."
        );
    }
}

/** @return list<string> */
function list_keys(array $config): array
{
    return array_map('trim', explode(',', $config['read']['key']));
}

/** Return one line of NDJSON, or null where a text isn't UTF-8. Decimals keep every digit. */
function write_row(array $sent, array $row, array $json): ?string
{
    $pairs = [];
    foreach ($sent as [$name, $place, $kind]) {
        $value = $row[$place];
        $is_number = in_array($kind, ['NEWDECIMAL', 'DECIMAL', 'LONGLONG', 'NUMERIC'], true);
        if ($is_number && is_string($value) && preg_match('/^-?[0-9]+(\.[0-9]+)?$/D', $value)) {
            $token = $value;
        } elseif (is_string($value) && $kind === 'TIMESTAMP') {
            $token = json_encode(str_replace(' ', 'T', $value) . 'Z');
        } elseif (is_string($value) && $kind === 'BIT') {
            $token = (string) hexdec(bin2hex($value));
        } elseif (is_string($value) && ($kind === 'JSON' || in_array($name, $json, true)) && json_decode($value) !== null) {
            $token = str_replace(["\r", "\n"], ' ', $value);
        } else {
            $token = json_encode($value, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES);
        }
        if ($token === false) {
            return null;
        }
        $pairs[] = json_encode((string) $name) . ':' . $token;
    }
    return '{' . implode(',', $pairs) . '}';
}

/** The hub: one batch a call. */
final class Hub
{
    private array $config;
    private string $key;
    private bool $is_confirmed;

    public function __construct(array $config, bool $is_confirmed)
    {
        [$this->config, $this->is_confirmed] = [$config, $is_confirmed];
        $this->key = getenv('SIMPUL_KEY') ?: read_secret($config, $config['hub']['key_file']);
    }

    /** Send a body until the hub has it; return its report. */
    public function deliver(string $body, string $idempotency_key, string $mode, bool $is_trial): array
    {
        $until = time() + (int) ($this->config['hub']['retry_seconds'] ?? 120);
        for ($wait = 1; ; $wait = min($wait * 2, 60)) {
            [$status, $text, $retry_after] = $this->post($body, $idempotency_key, $mode, $is_trial);
            $answer = json_decode($text, true);
            $answer = is_array($answer) ? $answer : [];
            if (in_array($status, [200, 201], true) || ($status === 422 && is_int($answer['received'] ?? null))) {
                return $answer;
            }
            $code = substr((string) ($answer['code'] ?? '-'), 0, 12);
            if ($status !== 0 && !in_array($status, LATER, true)) {
                throw $this->refuse($status, $code, substr((string) ($answer['message'] ?? ''), 0, 300));
            }
            $pause = max($wait, $retry_after);
            if (time() + $pause > $until) {
                throw new Stop(5, "Hub belum dapat menerima ($status, $code). Kiriman diulang nanti.", "The hub can't take it yet ($status, $code). It is sent again later.");
            }
            sleep($pause);
        }
    }

    /** @return array{0: int, 1: string, 2: int} status (0: no answer), text, seconds of Retry-After */
    private function post(string $body, string $idempotency_key, string $mode, bool $is_trial): array
    {
        $retry_after = 0;
        $curl = curl_init(rtrim($this->config['hub']['address'], '/') . "/batches?mode=$mode" . ($this->is_confirmed ? '&confirm=delete' : ''));
        curl_setopt_array($curl, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTPS | CURLPROTO_HTTP,
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_CONNECTTIMEOUT => 20,
            CURLOPT_TIMEOUT => (int) ($this->config['hub']['timeout_seconds'] ?? 120),
            CURLOPT_USERAGENT => 'simpul-push/' . VERSION,
            CURLOPT_HTTPHEADER => [
                "Authorization: Bearer $this->key",
                'Content-Type: application/x-ndjson',
                'Expect:',
                $is_trial ? 'Prefer: tx=rollback' : "Idempotency-Key: $idempotency_key",
            ],
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$retry_after): int {
                if (preg_match('/^retry-after:\s*([0-9]{1,5})\s*$/i', $line, $found)) {
                    $retry_after = (int) $found[1];
                }
                return strlen($line);
            },
        ]);
        if (isset($this->config['hub']['ca_file'])) {
            curl_setopt($curl, CURLOPT_CAINFO, resolve_path($this->config, $this->config['hub']['ca_file']));
        }
        $text = curl_exec($curl);
        $number = curl_errno($curl);
        $status = $text === false ? 0 : (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        if (in_array($number, [51, 58, 60, 77], true)) {
            throw new Stop(4, 'Sertifikat hub tidak dapat dipercaya; tidak ada yang dikirim.', "The hub's certificate can't be trusted; nothing was sent.");
        }
        return [$status, (string) $text, $retry_after];
    }

    private function refuse(int $status, string $code, string $message): Stop
    {
        $told = "$status, $code: $message";
        if ($status === 401) {
            return new Stop(4, "Kunci tidak berlaku ($told).", "The key isn't valid ($told).");
        }
        if (in_array($status, [403, 404, 410], true)) {
            return new Stop(4, "Kunci ini tidak boleh mengirim ke dataset itu ($told).", "This key may not deliver to that dataset ($told).");
        }
        if ($code === 'SPL625') {
            return new Stop(4, "Banyak baris akan terhapus ($told). Bila benar: --confirm-deletion.", "Many rows would be deleted ($told). If right: --confirm-deletion.");
        }
        return new Stop(4, "Hub menolak kiriman ($told).", "The hub refuses the delivery ($told).");
    }
}

/** One run: a part is made, kept, sent and acknowledged, and then the next. */
final class Push
{
    private array $config;
    private string $folder;
    private Hub $hub;
    private ?Source $source = null;
    private array $state;
    public int $sent = 0;
    public int $stored = 0;
    public int $refused = 0;

    public function __construct(array $config, bool $is_confirmed)
    {
        $this->config = $config;
        $this->folder = resolve_path($config, $config['state']['folder']);
        $this->hub = new Hub($config, $is_confirmed);
    }

    public function run(): void
    {
        $this->state = $this->load_state();
        $this->save_state($this->state);
        $this->send_waiting();
        $place = $this->find_start();
        do {
            [$place, $is_more] = $this->make_part($place);
            $this->send_waiting();
        } while ($is_more);
    }

    /** Have the hub try some rows and keep nothing. */
    public function try_rows(int $limit): array
    {
        $lines = [];
        foreach ($this->source()->read(null, $limit) as [$line]) {
            $lines[] = $line;
            if (count($lines) === $limit) {
                break;
            }
        }
        $lines = array_filter($lines, 'is_string');
        $mode = $this->config['read']['mode'] === 'replace' ? 'merge' : $this->config['read']['mode'];
        if ($lines === []) {
            return [];
        }
        $body = implode("\n", $lines) . "\n";
        $answer = $this->hub->deliver($body, '', $mode, true);
        check_columns($answer, $body);
        return $answer;
    }

    private function source(): Source
    {
        return $this->source = $this->source ?? new Source($this->config);
    }

    private function load_state(): array
    {
        $path = "$this->folder/state.json";
        $state = read_sealed($path);
        if ($state === null && is_file($path)) {
            if ($this->config['read']['mode'] === 'append') {
                throw new Stop(
                    6,
                    "Berkas $path rusak; dengan mode append baris bisa terkirim dua kali. Bandingkan dengan hub, lalu hapus berkas itu.",
                    "The file $path is damaged; in mode append rows could be sent twice. Compare with the hub, then remove it."
                );
            }
            echo "Catatan posisi rusak; dibaca dari awal.\n  The state was damaged; read from the beginning.\n";
        }
        $target = parse_url($this->config['hub']['address'], PHP_URL_PATH);
        $state = $state ?? ['place' => null, 'seen' => [], 'part' => '', 'target' => $target];
        if ($state['target'] !== $target) {
            throw new Stop(
                2,
                "Folder [state] milik $state[target]. Pakai folder lain untuk dataset ini.",
                "The folder [state] belongs to $state[target]. Use another one for this dataset."
            );
        }
        return $state;
    }

    private function overlap(): int
    {
        return $this->config['read']['mode'] === 'merge' ? (int) ($this->config['read']['overlap_seconds'] ?? 300) : 0;
    }

    private function find_start(): ?array
    {
        $place = $this->state['place'];
        return $place === null || !$this->overlap() ? $place : [step_back($place[0], $this->overlap()), null];
    }

    /** @return array{0: ?array, 1: bool} where the next part begins, and whether there may be one */
    private function make_part(?array $start): array
    {
        $is_whole = $this->config['read']['mode'] === 'replace';
        [$lines, $bytes, $read, $unreadable, $seen] = ['', 0, 0, 0, $this->state['seen']];
        [$at, $last, $rows, $is_full] = [$start, $this->state['place'], 0, false];
        foreach ($this->source()->read($start, PART_ROWS) as [$line, $cursor, $keys]) {
            [$read, $at] = [$read + 1, [$cursor, $keys]];
            $last = $last === null || !$this->overlap() || $cursor >= $last[0] ? $at : $last;
            $mark = hash('sha256', $line ?? serialize($at));
            $is_known = isset($seen[$mark]);
            if ($this->overlap()) {
                $seen[$mark] = $cursor;
            }
            if ($line === null && !$is_known) {
                $unreadable++;
            } elseif ($line !== null && !$is_known) {
                [$lines, $rows] = [$lines . $line . "\n", $rows + 1];
            }
            if (strlen($lines) > ($is_whole ? WHOLE_BYTES : PART_BYTES)) {
                $is_full = true;
                break;
            }
        }
        if ($is_whole && ($is_full || $unreadable)) {
            throw new Stop(3, 'Penggantian dibatalkan: isi terlalu besar, atau ada teks yang bukan UTF-8.', "The replacement is called off: too large, or a text isn't UTF-8.");
        }
        if ($unreadable) {
            $this->report([['rule' => 'not-utf8', 'count' => $unreadable]], null);
            $this->refused += $unreadable;
        }
        if ($last !== null && $this->overlap()) {
            $since = step_back($last[0], $this->overlap());
            $seen = array_slice(array_filter($seen, static fn($one) => $one >= $since), -SEEN_ROWS, null, true);
        }
        $after = ['place' => $is_whole ? null : $last, 'seen' => $seen];
        if ($rows) {
            $this->keep_part($lines, $rows, $after);
        } elseif (!$is_whole && $after['place'] !== $this->state['place']) {
            $this->save_state($after + ['part' => $this->state['part']]);
        }
        return [$at, !$is_whole && ($is_full || $read === PART_ROWS)];
    }

    private function keep_part(string $body, int $rows, array $after): void
    {
        write_whole("$this->folder/part.ndjson", $body);
        $digest = hash('sha256', $body);
        // The same rows may rightly be delivered again later: two parts never share a key.
        $key = 'push-' . substr(hash('sha256', $digest . bin2hex(random_bytes(8))), 0, 40);
        write_sealed("$this->folder/part.json", ['key' => $key, 'digest' => $digest, 'rows' => $rows, 'after' => $after]);
    }

    private function send_waiting(): void
    {
        $part = read_sealed("$this->folder/part.json");
        $body = (string) @file_get_contents("$this->folder/part.ndjson");
        // A damaged part's rows are read again, since the position hasn't moved.
        if ($part !== null && hash('sha256', $body) === $part['digest'] && $part['key'] !== $this->state['part']) {
            try {
                $answer = $this->hub->deliver($body, $part['key'], $this->config['read']['mode'], false);
                check_columns($answer, $body);
            } catch (Stop $stop) {
                if ($stop->getCode() === 4) {
                    $this->drop_part();
                }
                throw $stop;
            }
            $this->sent += $part['rows'];
            $this->stored += (int) ($answer['stored'] ?? 0);
            $this->refused += (int) ($answer['refused'] ?? 0);
            $this->report(list_refused($answer), $answer['batch'] ?? null);
            $this->save_state($part['after'] + ['part' => $part['key']]);
        }
        $this->drop_part();
    }

    private function save_state(array $state): void
    {
        $this->state = ['target' => $this->state['target']] + $state;
        write_sealed("$this->folder/state.json", $this->state);
    }

    private function drop_part(): void
    {
        @unlink("$this->folder/part.json");
        @unlink("$this->folder/part.ndjson");
    }

    private function report(array $rows, ?int $batch): void
    {
        $path = "$this->folder/refused.ndjson";
        if (is_file($path) && filesize($path) > 5000000) {
            rename($path, "$path.before");
        }
        foreach ($rows as $row) {
            file_put_contents($path, json_encode(['at' => gmdate('c'), 'batch' => $batch] + $row, JSON_UNESCAPED_UNICODE) . "\n", FILE_APPEND);
        }
    }
}

/** @return mixed the cursor before the overlap: seconds of a time, units of a number */
function step_back($cursor, int $overlap)
{
    if (is_int($cursor) || is_float($cursor)) {
        return $cursor - $overlap;
    }
    foreach (['Y-m-d H:i:s.u', 'Y-m-d H:i:s', '!Y-m-d'] as $form) {
        $moment = DateTimeImmutable::createFromFormat($form, (string) $cursor, new DateTimeZone('UTC'));
        if ($moment !== false) {
            return $moment->modify("-$overlap seconds")->format($form === '!Y-m-d' ? 'Y-m-d' : $form);
        }
    }
    return $cursor;
}

/** Stop where the contract lacks a column that was sent, or wants one that wasn't, so that every row was refused. */
function check_columns(array $answer, string $body): void
{
    if (!($answer['received'] ?? 0) || $answer['received'] !== $answer['refused']) {
        return;
    }
    $sent = json_decode(strtok($body, "\n"), true);
    foreach ($answer['rules'] ?? [] as $rule) {
        $is_missing = $rule['rule'] === 'required' && !array_key_exists($rule['column'], $sent);
        if ($rule['count'] === $answer['received'] && ($is_missing || $rule['rule'] === 'unknown-column')) {
            throw new Stop(4, "Kolom $rule[column] ($rule[rule]): $rule[id]", "The column $rule[column] ($rule[rule]): $rule[en]");
        }
    }
}

/** @return list<array> places and rules of refused rows, never values; the hub lists the first ones and counts all */
function list_refused(array $answer): array
{
    $listed = [];
    foreach ($answer['refused_rows'] ?? [] as $row) {
        foreach ($row['findings'] as $one) {
            $listed[] = ['row' => $row['position']] + array_intersect_key($one, array_flip(['column', 'rule', 'id', 'en']));
        }
    }
    $left = ($answer['refused'] ?? 0) - count($answer['refused_rows'] ?? []);
    return $left > 0 ? [...$listed, ['rule' => 'more', 'count' => $left]] : $listed;
}

function tell_trial(array $answer): int
{
    echo "[ok] config, source, hub, key, grant, columns\n";
    foreach (['received', 'inserted', 'updated', 'unchanged', 'refused'] as $name) {
        echo "$name ", $answer[$name] ?? 0, "\n";
    }
    foreach ($answer['rules'] ?? [] as $rule) {
        echo "- $rule[column]: $rule[rule] x $rule[count]. $rule[id]\n  $rule[en]\n";
    }
    return ($answer['refused'] ?? 0) ? 1 : 0;
}

function main(array $arguments): int
{
    $paths = array_values(preg_grep('/^--/', $arguments, PREG_GREP_INVERT));
    $options = array_values(preg_grep('/^--/', $arguments));
    $config = read_config($paths[0] ?? __DIR__ . '/simpul-push.ini');
    if (preg_match('#/(public_html|htdocs|wwwroot|www)(/|$)#', $config['folder'] . '/')) {
        fwrite(STDERR, "Peringatan: pindahkan simpul-push keluar dari folder web.\n  Warning: move simpul-push out of the web's folder.\n");
    }
    $push = new Push($config, in_array('--confirm-deletion', $options, true));
    if (array_intersect(['--check', '--dry-run'], $options)) {
        return tell_trial($push->try_rows(in_array('--check', $options, true) ? 20 : 1000));
    }
    $lock = take_lock(resolve_path($config, $config['state']['folder']));
    try {
        $push->run();
    } finally {
        echo "Terkirim $push->sent baris, tersimpan $push->stored, tertolak $push->refused.\n";
        echo "  Sent $push->sent rows, stored $push->stored, refused $push->refused.\n";
        flock($lock, LOCK_UN);
    }
    return $push->refused ? 1 : 0;
}

if (PHP_SAPI !== 'cli') {
    http_response_code(404);
    exit;
}
ini_set('serialize_precision', '-1');
try {
    exit(main(array_slice($argv, 1)));
} catch (Stop $stop) {
    fwrite(STDERR, $stop->getMessage() . "\n");
    exit($stop->getCode());
}
