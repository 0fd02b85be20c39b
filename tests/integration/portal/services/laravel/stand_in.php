<?php
// The few parts of Laravel's HTTP client that the sample programs use, on plain cURL: Laravel itself isn't installed where
// the tests run. Same names, same meaning; nothing else of it.

namespace Illuminate\Http\Client {
    class ConnectionException extends \RuntimeException
    {
    }

    class Response
    {
        public function __construct(private int $status, private string $body, private array $headers)
        {
        }

        public function status(): int
        {
            return $this->status;
        }

        public function body(): string
        {
            return $this->body;
        }

        public function json(): mixed
        {
            return json_decode($this->body, true, 512, JSON_THROW_ON_ERROR);
        }

        public function failed(): bool
        {
            return $this->status >= 400;
        }

        public function header(string $name): string
        {
            return $this->headers[strtolower($name)] ?? '';
        }
    }

    class PendingRequest
    {
        private array $headers = [];
        private int $timeout = 30;
        private ?string $body = null;

        public function withToken(string $token): static
        {
            return $this->withHeaders(['Authorization' => "Bearer $token"]);
        }

        public function withHeaders(array $headers): static
        {
            $this->headers = array_merge($this->headers, $headers);
            return $this;
        }

        public function acceptJson(): static
        {
            return $this->withHeaders(['Accept' => 'application/json']);
        }

        public function timeout(int $seconds): static
        {
            $this->timeout = $seconds;
            return $this;
        }

        public function withBody(string $content, string $type): static
        {
            $this->body = $content;
            return $this->withHeaders(['Content-Type' => $type]);
        }

        public function get(string $url, array $query = []): Response
        {
            return $this->send($query ? $url . '?' . http_build_query($query) : $url, []);
        }

        public function post(string $url): Response
        {
            return $this->send($url, [CURLOPT_POST => true, CURLOPT_POSTFIELDS => $this->body]);
        }

        private function send(string $url, array $options): Response
        {
            $headers = [];
            $lines = array_map(fn ($name) => "$name: {$this->headers[$name]}", array_keys($this->headers));
            $curl = curl_init($url);
            curl_setopt_array($curl, $options + [
                CURLOPT_RETURNTRANSFER => true,
                CURLOPT_TIMEOUT => $this->timeout,
                CURLOPT_HTTPHEADER => $lines,
                CURLOPT_HEADERFUNCTION => function ($curl, string $line) use (&$headers): int {
                    [$name, $value] = array_pad(explode(':', $line, 2), 2, '');
                    $headers[strtolower(trim($name))] = trim($value);
                    return strlen($line);
                },
            ]);
            $body = curl_exec($curl);
            if ($body === false) {
                throw new ConnectionException(curl_error($curl));
            }
            return new Response(curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $body, $headers);
        }
    }
}

namespace Illuminate\Support\Facades {
    class Http
    {
        public static function __callStatic(string $name, array $arguments): mixed
        {
            return (new \Illuminate\Http\Client\PendingRequest())->$name(...$arguments);
        }
    }
}
