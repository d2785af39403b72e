-- Who refreshes a credential at the vendor's, and until when nobody else may. Still there after that moment: whoever it was has died
-- with the vendor's answer not saved.
ALTER TABLE credential ADD COLUMN refresh_holder TEXT;
ALTER TABLE credential ADD COLUMN refresh_until INTEGER;
