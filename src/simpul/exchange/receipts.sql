-- find_row: A call's record and place, for the organization that called or that provides the dataset.
SELECT e.record, s.seal_id, s.position
FROM public.evidence AS e
LEFT JOIN public.sealed_row AS s ON s.evidence_id = e.id AND s.at = e.at
WHERE e.uid = %(uid)s
  AND (e.organization_id = %(organization)s
       OR EXISTS (SELECT FROM public.data_grant AS g WHERE g.dataset_id = e.dataset_id AND g.role = 'penyedia'
                  AND g.organization_id = %(organization)s))
LIMIT 1;

-- get_seal: One seal.
SELECT number, count, root, previous, digest, key_id, signature, signed_at FROM public.seal WHERE number = %(seal)s;

-- list_digests: The digests of a seal's rows in the leaves' order.
SELECT e.digest FROM public.sealed_row AS s JOIN public.evidence AS e ON e.id = s.evidence_id AND e.at = s.at
WHERE s.seal_id = %(seal)s ORDER BY s.position;
